using System.Globalization;
using Simile.Tokenization.Normalization;
using Simile.Tokenization.Offsets;
using Simile.Tokenization.Pipeline;

namespace Simile.Tests.Tokenization;

public class UnicodeNormalizationTests
{
    // Characters of the test file that are younger than Unicode 9; the tokenizers' normalization does not know them.
    private static readonly (int First, int Last)[] Newer =
    [
        (0x7FD, 0x7FD),
        (0x897, 0x89F),
        (0x8CA, 0x8D3),
        (0x9FE, 0x9FE),
        (0xAFA, 0xAFF),
        (0xC3C, 0xC3C),
        (0xD3B, 0xD3C),
        (0xEBA, 0xEBA),
        (0x1715, 0x1715),
        (0x1ABF, 0x1ACE),
        (0x1DF6, 0x1DFA),
        (0x32FF, 0x32FF),
        (0xA7F1, 0xA7F4),
        (0xA82C, 0xA82C),
        (0xAB69, 0xAB69),
        (0x105C0, 0x105FF),
        (0x10780, 0x107BA),
        (0x10D24, 0x10D6D),
        (0x10EAB, 0x10EFF),
        (0x10F46, 0x10F85),
        (0x11070, 0x11070),
        (0x1133B, 0x1133B),
        (0x11380, 0x113E2),
        (0x1145E, 0x1145E),
        (0x11839, 0x11943),
        (0x119E0, 0x11D97),
        (0x11F41, 0x11F42),
        (0x16100, 0x1613F),
        (0x16D40, 0x16D6A),
        (0x16FF0, 0x16FF1),
        (0x1CCD6, 0x1CCF9),
        (0x1E030, 0x1E08F),
        (0x1E130, 0x1E5EF),
        (0x1F16C, 0x1F16C),
        (0x1FBF0, 0x1FBF9),
    ];

    /// <summary>Unicode's own conformance test, all four forms.</summary>
    [Fact]
    public void TheFourFormsAreThoseOfUnicode()
    {
        var path = RepositoryRoot.Shared("golden", "unicode", "normalization.tsv");
        var rows = File.ReadLines(path).Skip(1).Select(line => line.Split('\t').Select(Parse).ToArray()).ToList();
        var known = rows.Where(row =>
                !row[0].EnumerateRunes().Any(rune => Newer.Any(range => rune.Value >= range.First && rune.Value <= range.Last))
            )
            .ToList();
        Assert.True(known.Count > 18_000);
        Assert.All(
            Enum.GetValues<NormalizationKind>(),
            kind => Assert.All(known, row => Assert.Equal(Expected(row, kind), Normalize(row[0], kind)))
        );
    }

    [Theory]
    [InlineData("e\u0301\u0323", "\u1EB9\u0301", "Nfc")]
    [InlineData("\u1100\u1161\u11A8", "\uAC01", "Nfc")]
    [InlineData("\uFB01\u00B2", "fi2", "Nfkc")]
    [InlineData("\u00C5", "A\u030A", "Nfd")]
    public void AFormIsAsExpected(string text, string expected, string kind) =>
        Assert.Equal(expected, Normalize(text, Enum.Parse<NormalizationKind>(kind)));

    [Fact]
    public void ThousandsOfMarksAreSortedQuickly() =>
        Assert.Equal(
            "e" + new string('\u0323', 100_000) + new string('\u0301', 100_000),
            Normalize("e" + string.Concat(Enumerable.Repeat("\u0301\u0323", 100_000)), NormalizationKind.Nfd)
        );

    private static string Expected(string[] row, NormalizationKind kind) =>
        kind switch
        {
            NormalizationKind.Nfc => row[1],
            NormalizationKind.Nfd => row[2],
            NormalizationKind.Nfkc => row[3],
            _ => row[4],
        };

    private static string Normalize(string text, NormalizationKind kind)
    {
        var normalized = new NormalizedText();
        normalized.Load(text, 0, text.Length);
        new UnicodeNormalizer(kind).Normalize(normalized);
        return normalized.Units.ToString();
    }

    private static string Parse(string codes) =>
        string.Concat(
            codes.Split(' ').Select(code => char.ConvertFromUtf32(int.Parse(code, NumberStyles.HexNumber, CultureInfo.InvariantCulture)))
        );
}
