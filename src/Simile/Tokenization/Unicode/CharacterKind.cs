using System.Globalization;
using System.Text;

namespace Simile.Tokenization.Unicode;

/// <summary>What BERT's rules see in a character.</summary>
internal enum CharacterKind : byte
{
    Word,
    Space,
    Punctuation,
    Control,
}

/// <summary>BERT's character classes.</summary>
internal static class CharacterKinds
{
    private static readonly CharacterKind[] Ascii = MakeAscii();

    /// <summary>The kinds of the first 128 characters.</summary>
    public static ReadOnlySpan<CharacterKind> OfAscii => Ascii;

    /// <summary>The kind of any character.</summary>
    public static CharacterKind Of(Rune rune)
    {
        if (rune.IsAscii)
        {
            return Ascii[rune.Value];
        }

        var category = Rune.GetUnicodeCategory(rune);
        return category switch
        {
            UnicodeCategory.Control => CharacterKind.Control,
            _ when Rune.IsWhiteSpace(rune) => CharacterKind.Space,
            >= UnicodeCategory.ConnectorPunctuation and <= UnicodeCategory.OtherPunctuation => NewerCharacters.Contains(rune.Value)
                ? CharacterKind.Word
                : CharacterKind.Punctuation,
            UnicodeCategory.Format or UnicodeCategory.PrivateUse => NewerCharacters.Contains(rune.Value)
                ? CharacterKind.Word
                : CharacterKind.Control,
            _ => OfOther(rune.Value),
        };
    }

    /// <summary>Whether a character is an accent (a mark without a width of its own).</summary>
    public static bool IsAccent(Rune rune) =>
        (Rune.GetUnicodeCategory(rune) == UnicodeCategory.NonSpacingMark && rune.Value != 0x111C9 && !NewerCharacters.Contains(rune.Value))
        || rune.Value is HanunooPamudpod or AhomMedial;

    // Four characters whose category has changed since: the sign of Canadian syllabics and the Sharada one were punctuation.
    private const int HanunooPamudpod = 0x1734;
    private const int AhomMedial = 0x1171E;

    private static CharacterKind OfOther(int code) =>
        code switch
        {
            0xFFFD => CharacterKind.Control,
            0x166D or 0x111C9 => CharacterKind.Punctuation,
            _ => CharacterKind.Word,
        };

    /// <summary>Whether a character lies in one of the CJK ideograph blocks that BERT lists.</summary>
    public static bool IsChinese(int code) =>
        code >= 0x3400
        && code switch
        {
            <= 0x4DBF => true,
            >= 0x4E00 and <= 0x9FFF => true,
            >= 0xF900 and <= 0xFAFF => true,
            >= 0x20000 and <= 0x2A6DF => true,
            >= 0x2A700 and <= 0x2B73F => true,
            >= 0x2B740 and <= 0x2B81F => true,
            >= 0x2B920 and <= 0x2CEAF => true,
            >= 0x2F800 and <= 0x2FA1F => true,
            _ => false,
        };

    private static CharacterKind[] MakeAscii()
    {
        var kinds = new CharacterKind[128];
        for (var code = 0; code < kinds.Length; code++)
        {
            var c = (char)code;
            kinds[code] = c switch
            {
                '\t' or '\n' or '\r' or ' ' => CharacterKind.Space,
                _ when char.IsControl(c) => CharacterKind.Control,
                _ when char.IsAsciiLetterOrDigit(c) => CharacterKind.Word,
                _ => CharacterKind.Punctuation,
            };
        }

        return kinds;
    }
}
