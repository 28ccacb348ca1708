using System.Text;
using Simile.Tokenization.Offsets;
using Simile.Tokenization.Pipeline;
using Simile.Tokenization.Unicode;

namespace Simile.Tokenization.Normalization;

/// <summary>Every byte of the UTF-8 as a printable character.</summary>
internal sealed class ByteLevelNormalizer : ITextNormalizer
{
    public void Normalize(NormalizedText text)
    {
        Span<byte> bytes = stackalloc byte[4];
        foreach (var rune in text.Units.EnumerateRunes())
        {
            var count = rune.EncodeToUtf8(bytes);
            for (var i = 0; i < count; i++)
            {
                text.Change(new Rune(ByteCharacters.Of(bytes[i])), i == 0 ? 0 : 1);
            }
        }

        text.ApplyChanges();
    }
}
