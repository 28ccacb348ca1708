using System.Text;
using Simile.Tokenization.Offsets;
using Simile.Tokenization.Pipeline;
using Simile.Tokenization.Unicode;

namespace Simile.Tokenization.Splitting;

/// <summary>GPT-2's pre-tokenizer: words by a fixed pattern, then every byte of their UTF-8 as a printable character.</summary>
internal sealed class ByteLevelSplitter(bool addPrefixSpace, ISplitter? words) : ISplitter
{
    public void Split(SegmentedText text, SplitScratch scratch)
    {
        if (addPrefixSpace)
        {
            AddPrefixes(text);
        }

        words?.Split(text, scratch);
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
    }

    private static void AddPrefixes(SegmentedText text)
    {
        text.Begin();
        foreach (var segment in text.Segments)
        {
            var from = text.NewText.Count;
            if (segment.Id < 0 && text.Text.Units[segment.From] != ' ')
            {
                text.NewText.Add(' ', text.Text.Starts[segment.From], text.Text.Ends[segment.From]);
            }

            text.NewText.Add(text.Text, segment.From, segment.To);
            text.NewSegments.Add(new Segment(from, text.NewText.Count, segment.Id));
        }

        text.EndRewriting();
    }

    private static void Rewrite(SegmentedText text, Segment segment)
    {
        var (source, target) = (text.Text, text.NewText);
        var from = target.Count;
        var units = source.Units[..segment.To];
        Span<byte> bytes = stackalloc byte[4];
        var i = segment.From;
        while (i < units.Length)
        {
            var (start, end) = (source.Starts[i], source.Ends[i]);
            if (units[i] < 128)
            {
                target.Add(ByteCharacters.Of((byte)units[i++]), start, end);
                continue;
            }

            Rune.DecodeFromUtf16(units[i..], out var rune, out var length);
            foreach (var value in bytes[..rune.EncodeToUtf8(bytes)])
            {
                target.Add(ByteCharacters.Of(value), start, end);
            }

            i += length;
        }

        text.NewSegments.Add(new Segment(from, target.Count, -1));
    }
}
