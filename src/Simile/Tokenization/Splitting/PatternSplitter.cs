using Simile.Tokenization.Offsets;
using Simile.Tokenization.Patterns;
using Simile.Tokenization.Pipeline;

namespace Simile.Tokenization.Splitting;

/// <summary>Splits at, or into, what matches a pattern.</summary>
/// <param name="pattern">The pattern.</param>
/// <param name="behavior">What becomes of the matches.</param>
/// <param name="invert">Takes what does not match for what does.</param>
internal sealed class PatternSplitter(ITextPattern pattern, SplitBehavior behavior, bool invert = false) : ISplitter
{
    public void Split(SegmentedText text, SplitScratch scratch)
    {
        text.Begin();
        foreach (var segment in text.Segments)
        {
            if (segment.Id >= 0)
            {
                text.NewSegments.Add(segment);
                continue;
            }

            scratch.Matches.Clear();
            pattern.Find(text.Text.Units[segment.From..segment.To], scratch.Matches);
            if (invert)
            {
                Invert(scratch.Matches);
            }

            behavior.AddWords(scratch.Matches, segment.From, text.NewSegments);
        }

        text.EndSplitting();
    }

    private static void Invert(List<PatternMatch> matches)
    {
        for (var i = 0; i < matches.Count; i++)
        {
            matches[i] = matches[i] with { IsMatch = !matches[i].IsMatch };
        }
    }
}
