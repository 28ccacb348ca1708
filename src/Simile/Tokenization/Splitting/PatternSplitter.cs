using System.Runtime.InteropServices;
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

/// <summary>What becomes of the stretches that match a pattern. The names are those of tokenizer.json.</summary>
internal enum SplitBehavior
{
    /// <summary>They are dropped.</summary>
    Removed,

    /// <summary>Each is a word.</summary>
    Isolated,

    /// <summary>Each joins the word before it.</summary>
    MergedWithPrevious,

    /// <summary>Each joins the word after it.</summary>
    MergedWithNext,

    /// <summary>Neighbours are one word.</summary>
    Contiguous,
}

/// <summary>Turns matches into words.</summary>
internal static class SplitBehaviors
{
    /// <summary>Appends the words that lie in a stretch of text beginning at <paramref name="offset"/>.</summary>
    public static void AddWords(this SplitBehavior behavior, List<PatternMatch> matches, int offset, List<Segment> words)
    {
        if (behavior == SplitBehavior.MergedWithNext)
        {
            AddMergedWithNext(matches, offset, words);
            return;
        }

        var before = words.Count;
        var previous = false;
        foreach (var match in matches)
        {
            var joins = behavior switch
            {
                SplitBehavior.Contiguous => match.IsMatch == previous,
                SplitBehavior.MergedWithPrevious => match.IsMatch && !previous,
                _ => false,
            };
            if (joins && words.Count > before)
            {
                words[^1] = words[^1] with { To = offset + match.To };
            }
            else if (behavior != SplitBehavior.Removed || !match.IsMatch)
            {
                words.Add(new Segment(offset + match.From, offset + match.To, -1));
            }

            previous = match.IsMatch;
        }

        DropEmpty(words, before);
    }

    private static void AddMergedWithNext(List<PatternMatch> matches, int offset, List<Segment> words)
    {
        var before = words.Count;
        var previous = false;
        foreach (var match in Enumerable.Reverse(matches))
        {
            if (match.IsMatch && !previous && words.Count > before)
            {
                words[^1] = words[^1] with { From = offset + match.From };
            }
            else
            {
                words.Add(new Segment(offset + match.From, offset + match.To, -1));
            }

            previous = match.IsMatch;
        }

        CollectionsMarshal.AsSpan(words)[before..].Reverse();
        DropEmpty(words, before);
    }

    private static void DropEmpty(List<Segment> words, int before)
    {
        var kept = before;
        for (var i = before; i < words.Count; i++)
        {
            if (words[i].From < words[i].To)
            {
                words[kept++] = words[i];
            }
        }

        words.RemoveRange(kept, words.Count - kept);
    }
}
