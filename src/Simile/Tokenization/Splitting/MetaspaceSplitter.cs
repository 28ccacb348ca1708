using Simile.Tokenization.Offsets;
using Simile.Tokenization.Patterns;
using Simile.Tokenization.Pipeline;

namespace Simile.Tokenization.Splitting;

/// <summary>When a metaspace is put before a text that begins without one.</summary>
internal enum PrependScheme
{
    /// <summary>Before every stretch between added tokens.</summary>
    Always,

    /// <summary>Before the first only.</summary>
    First,

    /// <summary>Nowhere.</summary>
    Never,
}

/// <summary>SentencePiece's pre-tokenizer: spaces become a visible character, and every word begins with one.</summary>
internal sealed class MetaspaceSplitter(string replacement, PrependScheme scheme, bool split) : ISplitter
{
    private readonly PatternSplitter _words = new(new LiteralPattern(replacement), SplitBehavior.MergedWithNext);

    public void Split(SegmentedText text, SplitScratch scratch)
    {
        text.Begin();
        foreach (var segment in text.Segments)
        {
            if (segment.Id >= 0)
            {
                text.Carry(segment);
            }
            else
            {
                Rewrite(text, segment);
            }
        }

        text.EndRewriting();
        if (split)
        {
            _words.Split(text, scratch);
        }
    }

    private void Rewrite(SegmentedText text, Segment segment)
    {
        var (source, target) = (text.Text, text.NewText);
        var from = target.Count;
        var units = source.Units[segment.From..segment.To];
        var begins = units[0] == ' ' || units.StartsWith(replacement, StringComparison.Ordinal);
        if (!begins && (scheme == PrependScheme.Always || (scheme == PrependScheme.First && source.Starts[segment.From] == 0)))
        {
            AddReplacement(target, source.Starts[segment.From], source.Ends[segment.From]);
        }

        for (var i = segment.From; i < segment.To; i++)
        {
            if (source.Units[i] == ' ')
            {
                AddReplacement(target, source.Starts[i], source.Ends[i]);
            }
            else
            {
                target.Add(source.Units[i], source.Starts[i], source.Ends[i]);
            }
        }

        text.NewSegments.Add(new Segment(from, target.Count, -1));
    }

    private void AddReplacement(AlignedText target, int start, int end)
    {
        foreach (var unit in replacement)
        {
            target.Add(unit, start, end);
        }
    }
}
