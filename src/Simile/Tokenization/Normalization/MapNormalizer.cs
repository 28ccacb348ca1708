using System.Text;
using Simile.Tokenization.Offsets;
using Simile.Tokenization.Pipeline;

namespace Simile.Tokenization.Normalization;

/// <summary>Puts one character in the place of each.</summary>
internal sealed class MapNormalizer(Func<Rune, Rune> map) : ITextNormalizer
{
    public void Normalize(NormalizedText text)
    {
        foreach (var rune in text.Units.EnumerateRunes())
        {
            text.Change(map(rune), 0);
        }

        text.ApplyChanges();
    }
}
