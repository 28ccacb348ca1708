using System.Globalization;
using System.Text.RegularExpressions;
using Simile.Ingestion;

namespace Simile.Documents.Tests;

/// <summary>docs/features/documents.md says what the code does.</summary>
public sealed partial class PageTests
{
    private static readonly string[] Page = File.ReadAllLines(RepositoryRoot.Find("docs", "features", "documents.md"));

    [Fact]
    public void TheTableOfKindsIsThatOfTheReaders()
    {
        var told = Page.Where(line => line.StartsWith("| .", StringComparison.Ordinal))
            .SelectMany(line => Ending().Matches(line.Split('|')[1]).Select(match => match.Value))
            .ToHashSet();
        Assert.Subset(told, DocumentFormats.Readers().SelectMany(reader => reader.Endings).ToHashSet());
        var readers = new ReaderSet(DocumentFormats.Readers());
        Assert.All(told, ending => Assert.True(readers.Takes("a" + ending), ending));
    }

    [Fact]
    public void TheTableOfLimitsIsThatOfTheCode()
    {
        var limits = new DocumentLimits();
        (string Name, double Value)[] expected =
        [
            (nameof(limits.MaxTime), limits.MaxTime.TotalSeconds),
            (nameof(limits.MaxPages), limits.MaxPages),
            (nameof(limits.MaxExpanded), limits.MaxExpanded >> 20),
            (nameof(limits.MaxRatio), limits.MaxRatio),
            (nameof(limits.MaxDepth), limits.MaxDepth),
            (nameof(limits.MaxCharacters), limits.MaxCharacters),
            (nameof(limits.MaxMemory), limits.MaxMemory >> 20),
        ];
        Assert.Equal(
            expected,
            Page.Where(line => line.StartsWith("| `Max", StringComparison.Ordinal))
                .Select(line => line.Split('|'))
                .Select(cells =>
                    (
                        cells[1].Trim(' ', '`'),
                        double.Parse(Number().Match(cells[2]).Value, NumberStyles.Number, CultureInfo.InvariantCulture)
                    )
                )
        );
    }

    [GeneratedRegex(@"\.[a-z0-9]+")]
    private static partial Regex Ending();

    [GeneratedRegex("[0-9,]+")]
    private static partial Regex Number();
}
