using System.Text;
using System.Text.RegularExpressions;

namespace Simile.Ingestion.Encodings;

/// <summary>The encoding that a file declares in its own text: an XML declaration, HTML's meta, CSS's @charset, the comment that Python and
/// editors know.</summary>
internal static partial class DeclaredEncoding
{
    // HTML wants the declaration in the first 1,024 bytes; real pages are late.
    private const int HeadBytes = 4096;

    // In these a line that speaks of a coding is text, or a value.
    private static readonly string[] Undeclared =
    [
        ".txt",
        ".text",
        ".log",
        ".md",
        ".markdown",
        ".csv",
        ".tsv",
        ".jsonl",
        ".ndjson",
        ".json",
        ".yaml",
        ".yml",
        ".toml",
        ".ipynb",
        ".org",
        ".adoc",
    ];

    // As browsers read these names (WHATWG's Encoding Standard), where .NET differs.
    private static readonly Dictionary<string, int> CodePages = new(StringComparer.OrdinalIgnoreCase)
    {
        ["ascii"] = 1252,
        ["us-ascii"] = 1252,
        ["latin1"] = 1252,
        ["latin-1"] = 1252,
        ["l1"] = 1252,
        ["iso-8859-1"] = 1252,
        ["iso8859-1"] = 1252,
        ["iso_8859-1"] = 1252,
        ["iso88591"] = 1252,
        ["cp1252"] = 1252,
        ["ansi"] = 1252,
        ["iso-8859-9"] = 1254,
        ["latin5"] = 1254,
        ["iso-8859-11"] = 874,
        ["tis-620"] = 874,
        ["cp1250"] = 1250,
        ["cp1251"] = 1251,
        ["win1251"] = 1251,
        ["shift_jis"] = 932,
        ["shift-jis"] = 932,
        ["sjis"] = 932,
        ["x-sjis"] = 932,
        ["ms_kanji"] = 932,
        ["windows-31j"] = 932,
        ["ms932"] = 932,
        ["cp932"] = 932,
        ["euc-jp"] = 51932,
        ["gb2312"] = 54936,
        ["gbk"] = 54936,
        ["x-gbk"] = 54936,
        ["gb18030"] = 54936,
        ["gb_2312-80"] = 54936,
        ["cp936"] = 54936,
        ["big5"] = 950,
        ["big5-hkscs"] = 950,
        ["euc-kr"] = 949,
        ["ks_c_5601-1987"] = 949,
        ["ksc5601"] = 949,
        ["cp949"] = 949,
        ["uhc"] = 949,
        ["koi8"] = 20866,
        ["koi8-r"] = 20866,
        ["koi8-u"] = 21866,
        ["macintosh"] = 10000,
        ["x-mac-roman"] = 10000,
    };

    /// <summary>Windows-1252, which most old Western texts are in.</summary>
    public static Encoding Windows1252 { get; } = CodePagesEncodingProvider.Instance.GetEncoding(1252)!;

    /// <summary>The encoding, or null when the file declares none, or one that its bytes show it not to be in (UTF-16), or UTF-8.</summary>
    public static Encoding? Of(ReadOnlySpan<byte> bytes, string path, ICollection<string> notes)
    {
        var head = Encoding.Latin1.GetString(bytes[..Math.Min(bytes.Length, HeadBytes)]);
        var name = NameIn(head, Path.GetExtension(path).ToLowerInvariant());
        if (
            name is null
            || name.StartsWith("utf", StringComparison.OrdinalIgnoreCase)
            || name.StartsWith("unicode", StringComparison.OrdinalIgnoreCase)
        )
        {
            return null;
        }

        var known = Named(name);
        if (known is null)
        {
            notes.Add($"It declares the encoding '{name}', which is not known.");
        }

        return known;
    }

    private static string? NameIn(string head, string ending)
    {
        var match = ending switch
        {
            ".xml" or ".svg" or ".rss" or ".atom" or ".opml" or ".resx" or ".xliff" or ".xlf" => XmlDeclaration().Match(head),
            ".html" or ".htm" or ".xhtml" => XmlDeclaration().Match(head) is { Success: true } xml
                ? xml
                : Meta().Match(Comments().Replace(head, string.Empty)),
            ".css" => CssCharset().Match(head),
            _ when Undeclared.Contains(ending, StringComparer.Ordinal) => Match.Empty,
            _ => Coding().Match(head),
        };
        return match.Success ? match.Groups["name"].Value : null;
    }

    /// <summary>The encoding of a name, as browsers read it; null when it is not known.</summary>
    public static Encoding? Named(string name)
    {
        if (CodePages.TryGetValue(name, out var page))
        {
            return CodePagesEncodingProvider.Instance.GetEncoding(page);
        }

        try
        {
            return CodePagesEncodingProvider.Instance.GetEncoding(name) ?? Encoding.GetEncoding(name);
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    [GeneratedRegex("""\A\s*<\?xml[^>]*\sencoding\s*=\s*["'](?<name>[\w.:-]+)""", RegexOptions.NonBacktracking)]
    private static partial Regex XmlDeclaration();

    [GeneratedRegex("""<meta\s[^>]*charset\s*=\s*["']?\s*(?<name>[\w.:-]+)""", RegexOptions.IgnoreCase | RegexOptions.NonBacktracking)]
    private static partial Regex Meta();

    [GeneratedRegex("<!--.*?-->", RegexOptions.Singleline | RegexOptions.NonBacktracking)]
    private static partial Regex Comments();

    [GeneratedRegex("""\A@charset\s+"(?<name>[\w.:-]+)";""", RegexOptions.NonBacktracking)]
    private static partial Regex CssCharset();

    [GeneratedRegex("""\A(?:[^\n]*\n)?[^\n]*coding[:=][ \t]*(?<name>[\w.-]+)""", RegexOptions.NonBacktracking)]
    private static partial Regex Coding();
}
