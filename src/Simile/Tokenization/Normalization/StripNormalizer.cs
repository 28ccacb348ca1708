using System.Text;
using Simile.Tokenization.Offsets;
using Simile.Tokenization.Pipeline;

namespace Simile.Tokenization.Normalization;

/// <summary>Drops white space at the ends.</summary>
internal sealed class StripNormalizer(bool left, bool right) : ITextNormalizer
{
    public void Normalize(NormalizedText text)
    {
        var units = text.Units;
        var from = left ? units.Length - units.TrimStart().Length : 0;
        var to = right ? units.TrimEnd().Length : units.Length;
        if (from == 0 && to == units.Length)
        {
            return;
        }

        foreach (var rune in units[Math.Min(from, to)..to].EnumerateRunes())
        {
            text.Change(rune, 0);
        }

        text.ApplyChanges(from);
    }
}
