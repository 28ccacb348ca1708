using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Simile.Tokenization.Unicode;

namespace Simile.Search;

/// <summary>What a character is to the search by words.</summary>
internal enum WordCharacter
{
    /// <summary>Ends a word.</summary>
    Separator,

    /// <summary>White space.</summary>
    Space,

    /// <summary>A letter or digit of a script that sets spaces between words.</summary>
    Word,

    /// <summary>A letter of a script that does not, or sets them between longer units (Korean).</summary>
    Unspaced,

    /// <summary>A sign that belongs to the letter before it, such as a vowel of the scripts of India.</summary>
    Mark,

    /// <summary>A symbol that is searched for, such as an emoji or a sign of a currency.</summary>
    Symbol,
}

/// <summary>A character once case, marks and forms that mean the same are gone.</summary>
/// <param name="Rune">The character.</param>
/// <param name="Kind">What it is.</param>
/// <param name="IsUpper">Whether it was a capital letter.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct FoldedCharacter(Rune Rune, WordCharacter Kind, bool IsUpper)
{
    public bool IsDigit => Rune.IsAscii && char.IsAsciiDigit((char)Rune.Value);

    public bool Is(char character) => Rune.Value == character;
}

/// <summary>Folds texts, so that an index and a query agree: compatibility decomposition, case, marks, invisible characters, digits of all
/// scripts. By tables of our own, so that an index means the same on every machine.</summary>
internal static class FoldedText
{
    private const byte Nukta = 7;

    // Full case folding where one letter becomes others, and letters with a stroke, which have no decomposition.
    private static readonly Dictionary<int, string> Folded = new()
    {
        ['ß'] = "ss",
        ['ς'] = "σ",
        ['ı'] = "i",
        ['ȷ'] = "j",
        ['đ'] = "d",
        ['ð'] = "d",
        ['ł'] = "l",
        ['ø'] = "o",
        ['ħ'] = "h",
        ['ŧ'] = "t",
        ['æ'] = "ae",
        ['œ'] = "oe",
        ['þ'] = "th",
        ['ʼ'] = "'",
        ['ʻ'] = "'",
        ['ʽ'] = "'",
        ['’'] = "'",
        ['‘'] = "'",
        ['‐'] = "-",
    };

    // First and last of the ranges whose marks are vowels or tones that words differ by: India to Myanmar, Philippines to Mongolia, Bali to
    // Lepcha, and later planes of the same family.
    private static ReadOnlySpan<int> MarksThatStay => [0x900, 0x109F, 0x1712, 0x1A7F, 0x1B00, 0x1CCF, 0xA800, 0xABFF, 0x11000, 0x11FFF];

    // Hangul; kana, Bopomofo, Han and its marks; Thai, Lao, Tibetan, Myanmar, Khmer, Tai; Yi, Javanese; the planes of Han.
    private static ReadOnlySpan<int> WithoutSpaces =>
        [
            0xE01,
            0xEDF,
            0xF00,
            0x109F,
            0x1100,
            0x11FF,
            0x1780,
            0x17DD,
            0x1950,
            0x19DF,
            0x1A20,
            0x1AAD,
            0x2E80,
            0x2FDF,
            0x3005,
            0x3007,
            0x3021,
            0x3029,
            0x3031,
            0x3035,
            0x303B,
            0x303C,
            0x3041,
            0x3096,
            0x309D,
            0x309F,
            0x30A1,
            0x30FA,
            0x30FC,
            0x318E,
            0x31A0,
            0x31BF,
            0x31F0,
            0x31FF,
            0x3400,
            0x4DBF,
            0x4E00,
            0xA48F,
            0xA960,
            0xA9DF,
            0xA9E0,
            0xA9FF,
            0xAA60,
            0xAADF,
            0xAC00,
            0xD7FF,
            0xF900,
            0xFAFF,
            0x1AFF0,
            0x1B16F,
            0x20000,
            0x3FFFF,
        ];

    public static List<FoldedCharacter> Of(string text)
    {
        var folded = new List<FoldedCharacter>(text.Length);
        Span<char> hangul = stackalloc char[3];
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune.IsAscii)
            {
                Add(folded, Rune.ToLowerInvariant(rune), Rune.IsUpper(rune));
                continue;
            }

            var category = Rune.GetUnicodeCategory(rune);
            if (
                category is UnicodeCategory.Format
                || rune.Value is 0x34F or 0x115F or 0x1160 or 0x3164 or 0xFFA0 or 0x17B4 or 0x17B5 or 0x180E
            )
            {
                continue;
            }

            var isUpper = category is UnicodeCategory.UppercaseLetter or UnicodeCategory.TitlecaseLetter;
            var parts = CompatibleDecomposition.Of(rune, hangul);
            if (parts.IsEmpty)
            {
                AddFolded(folded, rune, isUpper);
            }

            foreach (var part in parts.EnumerateRunes())
            {
                AddFolded(folded, part, isUpper);
            }
        }

        return folded;
    }

    private static void AddFolded(List<FoldedCharacter> folded, Rune rune, bool isUpper)
    {
        var lower = Rune.ToLowerInvariant(rune);
        if (Folded.TryGetValue(lower.Value, out var letters))
        {
            foreach (var letter in letters.EnumerateRunes())
            {
                Add(folded, letter, isUpper);
            }

            return;
        }

        var digit = lower.IsAscii || !Rune.IsDigit(lower) ? -1 : Rune.GetNumericValue(lower);
        Add(folded, digit is >= 0 and <= 9 ? new Rune('0' + (int)digit) : lower, isUpper);
    }

    private static void Add(List<FoldedCharacter> folded, Rune rune, bool isUpper)
    {
        var category = Rune.GetUnicodeCategory(rune);
        if (category is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.SpacingCombiningMark)
        {
            AddMark(folded, rune);
            return;
        }

        // Jamo become syllables again, which Korean is written and searched in.
        if (rune.Value is >= 0x1161 and <= 0x11C2 && Compose(folded, rune))
        {
            return;
        }

        folded.Add(new FoldedCharacter(rune, KindOf(rune, category), isUpper));
    }

    private static void AddMark(List<FoldedCharacter> folded, Rune rune)
    {
        if (rune.Value is 0x3099 or 0x309A)
        {
            Compose(folded, rune);
        }
        else if (CodeRanges.Contain(MarksThatStay, rune.Value) && CombiningClass.Of(rune.Value) is not Nukta and var order)
        {
            // Canonical order: marks of one letter may be typed in any.
            var place = folded.Count;
            while (order > 0 && place > 0 && CombiningClass.Of(folded[place - 1].Rune.Value) > order)
            {
                place--;
            }

            folded.Insert(place, new FoldedCharacter(rune, WordCharacter.Mark, IsUpper: false));
        }
    }

    private static bool Compose(List<FoldedCharacter> folded, Rune second)
    {
        if (folded.Count == 0 || CompositionPairs.Find(folded[^1].Rune.Value, second.Value) is not (>= 0 and var composed))
        {
            return false;
        }

        folded[^1] = folded[^1] with { Rune = new Rune(composed), Kind = WordCharacter.Unspaced };
        return true;
    }

    private static WordCharacter KindOf(Rune rune, UnicodeCategory category) =>
        category switch
        {
            UnicodeCategory.Control => rune.Value is '\t' or '\n' or '\r' ? WordCharacter.Space : WordCharacter.Separator,
            UnicodeCategory.SpaceSeparator or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator => WordCharacter.Space,

            // The point between the syllables of Tibetan ends no word.
            _ when rune.Value is 0xF0B or 0xF0C => WordCharacter.Space,
            UnicodeCategory.CurrencySymbol => WordCharacter.Symbol,

            // Lines and blocks that drawings are made of are no words.
            UnicodeCategory.OtherSymbol => rune.Value is < 0x2100 or (>= 0x2500 and <= 0x259F)
                ? WordCharacter.Separator
                : WordCharacter.Symbol,
            _ when !Rune.IsLetterOrDigit(rune) && category is not (UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber) =>
                WordCharacter.Separator,
            _ => CodeRanges.Contain(WithoutSpaces, rune.Value) ? WordCharacter.Unspaced : WordCharacter.Word,
        };
}
