using System.Text;
using Simile.Tokenization.Offsets;
using Simile.Tokenization.Pipeline;
using Simile.Tokenization.Unicode;

namespace Simile.Tokenization.Normalization;

/// <summary>Turns letters into lower case.</summary>
internal sealed class LowercaseNormalizer : ITextNormalizer
{
    private const int CapitalIWithDot = 0x130;

    public void Normalize(NormalizedText text)
    {
        if (Ascii.IsValid(text.Units))
        {
            Ascii.ToLowerInPlace(text.Text.Units, out _);
            return;
        }

        foreach (var rune in text.Units.EnumerateRunes())
        {
            if (rune.Value == CapitalIWithDot)
            {
                // The one character whose lower case is two.
                text.Change(new Rune('i'), 0);
                text.Change(new Rune(0x307), 1);
            }
            else
            {
                text.Change(LowerCase.Of(rune), 0);
            }
        }

        text.ApplyChanges();
    }
}
