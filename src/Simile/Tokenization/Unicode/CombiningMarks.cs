using System.Text;

namespace Simile.Tokenization.Unicode;

/// <summary>Marks of any kind, as the normalizer StripAccents drops them.</summary>
internal static partial class CombiningMarks
{
    public static bool Contains(Rune rune) => rune.Value >= 0x300 && CodeRanges.Contain(Ranges, rune.Value);
}
