using Simile.Tokenization.Offsets;
using Simile.Tokenization.Pipeline;

namespace Simile.Tokenization.Splitting;

/// <summary>Words of equally many characters; the last may be shorter.</summary>
internal sealed class FixedLengthSplitter(int length) : ISplitter
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

            var from = segment.From;
            while (from < segment.To)
            {
                var to = from;
                for (var i = 0; i < length && to < segment.To; i++)
                {
                    to += char.IsHighSurrogate(text.Text.Units[to]) ? 2 : 1;
                }

                text.NewSegments.Add(new Segment(from, to, -1));
                from = to;
            }
        }

        text.EndSplitting();
    }
}
