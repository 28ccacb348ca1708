using System.Globalization;
using System.Text;

namespace Simile.Cli.Output;

/// <summary>Makes visible what a terminal would obey, hide or turn around: control characters, overrides of the writing direction,
/// characters without width, Unicode's tags, halves of surrogate pairs.</summary>
/// <remarks>Contents, file names and messages of others come from anywhere. Shown as <c>\u001b</c>, or <c>\U000e0041</c> beyond the first
/// plane.</remarks>
internal static class SafeText
{
    private const int LongestQuote = 80;

    /// <summary>A text of any number of lines; line ends and tabs stay.</summary>
    public static string Escape(string text) => Escape(text, rune => rune.Value is not ('\n' or '\t') && IsUnsafe(rune), Shown);

    /// <summary>A text that stays on its line.</summary>
    public static string Line(string text) => Escape(text, IsUnsafe, Shown);

    /// <summary>A value of the user's in a message, shortened.</summary>
    public static string Quote(string value) =>
        value.Length <= LongestQuote ? $"'{Line(value)}'" : $"'{Line(value[..LongestQuote])}…' ({value.Length} characters)";

    /// <summary>JSON that means the same, with escapes of JSON.</summary>
    public static string Json(string json) => Escape(json, rune => rune.Value is not ('\n' or '\t') && IsUnsafe(rune), JsonShown);

    private static string Escape(string text, Func<Rune, bool> isUnsafe, Action<StringBuilder, Rune> show)
    {
        StringBuilder? safe = null;
        var i = 0;
        while (i < text.Length)
        {
            var isWhole = Rune.TryGetRuneAt(text, i, out var rune);
            var length = isWhole ? rune.Utf16SequenceLength : 1;
            if (isWhole && (!isUnsafe(rune) || IsWantedJoiner(text, i)))
            {
                safe?.Append(text, i, length);
            }
            else
            {
                safe ??= new StringBuilder(text, 0, i, text.Length + 16);
                if (isWhole)
                {
                    show(safe, rune);
                }
                else
                {
                    safe.Append(CultureInfo.InvariantCulture, $"\\u{(int)text[i]:x4}");
                }
            }

            i += length;
        }

        return safe?.ToString() ?? text;
    }

    private static bool IsUnsafe(Rune rune) =>
        rune.Value switch
        {
            < 0x7F => rune.Value < 0x20,
            < 0xA0 => true,

            // Signs of Arabic and Syriac that enclose numbers are of the category Format, but seen.
            (>= 0x600 and <= 0x605) or 0x6DD or 0x70F or 0x890 or 0x891 or 0x8E2 or 0x110BD or 0x110CD => false,

            // Letters that are blank, and the plane of tags; its variation selectors belong to names in Japanese.
            0x34F or 0x115F or 0x1160 or 0x17B4 or 0x17B5 or 0x3164 or 0xFFA0 => true,
            >= 0xE0100 and <= 0xE01EF => false,
            >= 0xE0000 and <= 0xE0FFF => true,
            _ => Rune.GetUnicodeCategory(rune)
                is UnicodeCategory.Control
                    or UnicodeCategory.Format
                    or UnicodeCategory.LineSeparator
                    or UnicodeCategory.ParagraphSeparator,
        };

    // Persian, the scripts of India and emoji need joiners between two of their own characters; elsewhere they only hide.
    private static bool IsWantedJoiner(string text, int at) =>
        text[at] is '\u200C' or '\u200D'
        && at > 0
        && at + 1 < text.Length
        && IsJoined(text, at - (char.IsLowSurrogate(text[at - 1]) ? 2 : 1))
        && IsJoined(text, at + 1);

    private static bool IsJoined(string text, int at) =>
        at >= 0
        && Rune.TryGetRuneAt(text, at, out var rune)
        && rune.Value
            is (>= 0x620 and <= 0x64A)
                or (>= 0x671 and <= 0x6D3)
                or (>= 0x900 and <= 0xDFF)
                or 0xFE0F
                or (>= 0x2640 and <= 0x2764)
                or (>= 0x1F300 and <= 0x1FAFF);

    private static void Shown(StringBuilder safe, Rune rune) =>
        safe.Append(rune.IsBmp ? "\\u" : "\\U").Append(rune.Value.ToString(rune.IsBmp ? "x4" : "x8", CultureInfo.InvariantCulture));

    private static void JsonShown(StringBuilder safe, Rune rune)
    {
        Span<char> units = stackalloc char[2];
        foreach (var unit in units[..rune.EncodeToUtf16(units)])
        {
            safe.Append(CultureInfo.InvariantCulture, $"\\u{(int)unit:x4}");
        }
    }
}

/// <summary>'1 file', '2 files'.</summary>
internal static class Plural
{
    public static string Of(long count, string noun, string? several = null) =>
        string.Create(CultureInfo.InvariantCulture, $"{count} {(count == 1 ? noun : several ?? noun + "s")}");
}
