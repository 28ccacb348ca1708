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

/// <summary>The lower case of single characters, with the few that Unicode 17 added, since Hugging Face's library knows them.</summary>
internal static class LowerCase
{
    public static Rune Of(Rune rune) =>
        rune.Value switch
        {
            < 0xA7CE => Rune.ToLowerInvariant(rune),
            0xA7CE or 0xA7D2 or 0xA7D4 => new Rune(rune.Value + 1),
            >= 0x16EA0 and <= 0x16EB8 => new Rune(rune.Value + 0x1B),
            _ => Rune.ToLowerInvariant(rune),
        };
}

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
