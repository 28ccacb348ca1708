using Simile.Tokenization.Offsets;
using Simile.Tokenization.Pipeline;

namespace Simile.Tokenization.Splitting;

/// <summary>A pre-tokenizer of tokenizer.json: cuts a text into words. Immutable.</summary>
internal interface ISplitter
{
    void Split(SegmentedText text, SplitScratch scratch);
}

/// <summary>Memory that splitters reuse.</summary>
internal sealed class SplitScratch
{
    public List<Patterns.PatternMatch> Matches { get; } = [];
}

/// <summary>Splitters one after another.</summary>
internal sealed class SplitterSequence(IReadOnlyList<ISplitter> splitters) : ISplitter
{
    public void Split(SegmentedText text, SplitScratch scratch)
    {
        foreach (var splitter in splitters)
        {
            splitter.Split(text, scratch);
        }
    }
}
