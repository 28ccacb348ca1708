using System.Text;
using Simile.Tokenization.Offsets;
using Simile.Tokenization.Pipeline;

namespace Simile.Tokenization.Normalization;

/// <summary>SentencePiece's cleaning for machine translation: drops controls, and turns unusual white space into a space.</summary>
internal sealed class NmtNormalizer : ITextNormalizer
{
    private static readonly ITextNormalizer Steps = new NormalizerSequence([
        new FilterNormalizer(rune => !IsDropped(rune.Value)),
        new MapNormalizer(Map),
    ]);

    public void Normalize(NormalizedText text) => Steps.Normalize(text);

    private static bool IsDropped(int code) => code is (>= 0x1 and <= 0x8) or 0xB or (>= 0xE and <= 0x1F) or 0x7F or 0x8F or 0x9F;

    private static Rune Map(Rune rune) =>
        rune.Value is 0x9 or 0xA or 0xC or 0xD or 0x1680 or (>= 0x200B and <= 0x200F) or 0x2028 or 0x2029 or 0x2581 or 0xFEFF or 0xFFFD
            ? new Rune(' ')
            : rune;
}
