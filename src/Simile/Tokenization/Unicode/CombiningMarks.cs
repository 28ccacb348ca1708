using System.Globalization;
using System.Text;

namespace Simile.Tokenization.Unicode;

/// <summary>Marks of any kind, as the normalizer StripAccents drops them.</summary>
internal static class CombiningMarks
{
    public static bool Contains(Rune rune) =>
        Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark;
}
