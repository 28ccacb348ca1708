using Simile.Tokenization.Offsets;
using Simile.Tokenization.Pipeline;
using Simile.Tokenization.Unicode;

namespace Simile.Tokenization.Splitting;

/// <summary>Splits where the script changes. Like the library's, it drops what stands before the first character that has a
/// script.</summary>
internal sealed class ScriptSplitter : ISplitter
{
    public void Split(SegmentedText text, SplitScratch scratch)
    {
        text.Begin();
        foreach (var segment in text.Segments)
        {
            if (segment.Id >= 0)
            {
                text.NewSegments.Add(segment);
            }
            else
            {
                AddWords(text, segment);
            }
        }

        text.EndSplitting();
    }

    private static void AddWords(SegmentedText text, Segment segment)
    {
        var (start, position, last) = (-1, segment.From, 0);
        foreach (var rune in text.Text.Units[segment.From..segment.To].EnumerateRunes())
        {
            var script = CharacterScripts.Of(rune.Value);
            if (script != 0 && script != last)
            {
                AddWord(text, start, position);
                (start, last) = (position, script);
            }

            position += rune.Utf16SequenceLength;
        }

        AddWord(text, start, segment.To);
    }

    private static void AddWord(SegmentedText text, int from, int to)
    {
        if (from >= 0)
        {
            text.NewSegments.Add(new Segment(from, to, -1));
        }
    }
}
