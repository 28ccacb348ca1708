using System.Text;

namespace Simile.RealWeights.Tests;

/// <summary>Texts to embed: what people wrote, and what nobody would write.</summary>
internal static class RealTexts
{
    private static readonly string[] Odd =
    [
        "a",
        ".",
        "!?",
        "[CLS]",
        "[SEP] [PAD]",
        "##ing",
        "\u0000a\u0001b",
        "e\u0301\u0301\u0301 é É",
        "İstanbul ß ﬁ ﬀ",
        "北京 東京 서울",
        "ไทย ភាសា",
        "👩‍👩‍👧‍👦 👍🏽",
        "\u202Eevil\u202C",
        "x\ud800y",
        "\u00A0\u2003\u3000 a",
        "１２３ ４５",
        "C++ e-mail 3.14 U.S.",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "don't can't 'tis “quoted” …",
        "\t\r\n tab",
        "ͅͅͅ",
        "🤷",
        "a\u200Db\u200Cc\uFEFFd",
        "ﷺ",
        "𝔘𝔫𝔦𝔠𝔬𝔡𝔢",
        "½ ² ㎏ Ⅷ",
    ];

    /// <summary>Lines of the repository's own pages and samples, whole and in pairs.</summary>
    public static string[] Written()
    {
        var lines = new[] { "samples", "docs", "examples" }
            .SelectMany(folder => Directory.GetFiles(RepositoryRoot.Find(folder), "*", SearchOption.AllDirectories))
            .Where(path =>
                Path.GetExtension(path) is ".md" or ".txt" or ".html" or ".jsonl" or ".csv" or ".cs"
                && !path.Contains("/obj/", StringComparison.Ordinal)
                && !path.Contains("/bin/", StringComparison.Ordinal)
            )
            .Order(StringComparer.Ordinal)
            .Append(RepositoryRoot.Find("README.md"))
            .SelectMany(File.ReadLines)
            .Where(line => line.Any(char.IsLetterOrDigit))
            .Distinct(StringComparer.Ordinal)
            .ToArray();
        return [.. lines, .. lines.Zip(lines.Skip(1), (first, second) => first + "\n" + second).Where((_, i) => i % 8 == 0)];
    }

    /// <summary>Odd texts, and random ones of every part of Unicode; the same ones each time.</summary>
    public static string[] Adversarial(int count)
    {
        var random = new Random(33);
        return [.. Odd, .. Enumerable.Range(0, count).Select(_ => Any(random)), string.Concat(Enumerable.Repeat("long text ", 2000))];
    }

    private static string Any(Random random)
    {
        var text = new StringBuilder();
        for (var i = random.Next(1, 60); i > 0; i--)
        {
            var scalar = random.Next(6) switch
            {
                0 => random.Next(0x20, 0x250),
                1 => random.Next(0x250, 0xD800),
                2 => random.Next(0x10000, 0x20000),
                _ => 'a' + random.Next(26),
            };
            _ = random.Next(5) == 0 ? text.Append(' ') : text.Append(char.ConvertFromUtf32(scalar));
        }

        return text.ToString();
    }
}
