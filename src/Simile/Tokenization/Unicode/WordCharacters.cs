using System.Globalization;
using System.Text;

namespace Simile.Tokenization.Unicode;

/// <summary>The characters that <c>\w</c> stands for in Rust's regular expressions: letters, marks, digits, connectors and
/// joiners.</summary>
internal static class WordCharacters
{
    public static bool Contains(Rune rune) =>
        rune.IsAscii ? char.IsAsciiLetterOrDigit((char)rune.Value) || rune.Value == '_' : ContainsOther(rune);

    private static bool ContainsOther(Rune rune) =>
        Rune.GetUnicodeCategory(rune) switch
        {
            <= UnicodeCategory.OtherLetter => true,
            UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark => true,
            UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.ConnectorPunctuation => true,
            _ => IsJoinerOrFramedLetter(rune.Value),
        };

    private static bool IsJoinerOrFramedLetter(int code) =>
        code switch
        {
            0x200C or 0x200D => true,
            >= 0x24B6 and <= 0x24E9 => true,
            >= 0x1F130 and <= 0x1F149 => true,
            >= 0x1F150 and <= 0x1F169 => true,
            >= 0x1F170 and <= 0x1F189 => true,
            _ => false,
        };
}
