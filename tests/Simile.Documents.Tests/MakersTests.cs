namespace Simile.Documents.Tests;

/// <summary>Files of other makers (tests/reference/documents.mjs, documents.py) give the text that went into them, at its place.</summary>
public sealed class MakersTests
{
    private static readonly string Sentence = string.Concat(
        Enumerable.Repeat("Wombats dig long burrows with their strong claws and sleep through the heat of the day in them. ", 4)
    );

    [Fact]
    public void WordOfDocx() =>
        Assert.Equal(
            [
                "[paragraph 3] Yearly report > Animals: The armadillo rolls into a ball.",
                "[paragraph 5] Yearly report > Animals > Food: - ants",
                "[paragraph 6] Yearly report > Animals > Food: - beetles",
                "[paragraph 8] Yearly report > Prices: item | price",
                "[paragraph 9] Yearly report > Prices: saddle | 120",
                "[paragraph 10] Yearly report > Prices: Grüße aus 東京.",
                "[paragraph 11] Yearly report: Nothing under it",
                "[footnote 1] Footnotes: The footnote tells of quolls.",
                "[comment 0] Comments: A remark about lemurs.",
            ],
            Reading.Of("report.docx").Lines()
        );

    [Fact]
    public void SlidesOfPptxGenJs() =>
        Assert.Equal(
            [
                "[slide 1] Where pelicans nest: On islands",
                "[slide 1] Where pelicans nest: Near lakes",
                "[slide 1] Where pelicans nest: Notes: Speak slowly about the dunes.",
                "[slide 2] Slide 2: bird | eggs",
                "[slide 2] Slide 2: pelican | 2",
            ],
            Reading.Of("slides.pptx").Lines()
        );

    [Fact]
    public void AWorkbookOfExcelJs() =>
        Assert.Equal(
            [
                "[sheet Prices, row 1] Prices: item | price | since",
                "[sheet Prices, row 2] Prices > Row 2: item: saddle/price: 120.5/since: 2024-05-17",
                "[sheet Prices, row 3] Prices > Row 3: item: bridle/price: 35/since: 2023-01-02",
                "[sheet Prices, row 4] Prices > Row 4: price: 155.5",
                "[sheet Prices, cell A3] Prices: ask the tanner",
                "[sheet Notes & more, row 1] Notes & more: The stable is closed.",
                "[sheet Notes & more, row 3] Notes & more: true",
            ],
            Reading.Of("prices.xlsx").Lines()
        );

    [Fact]
    public void AnOpenDocumentOfDocutils() =>
        Assert.Equal(
            [
                "[paragraph 1] : Yearly report",
                "[paragraph 3] Animals: The armadillo rolls into a ball .",
                "[paragraph 5] Animals > Food: - ants",
                "[paragraph 6] Animals > Food: - beetles",
                "[paragraph 8] Prices: item | price",
                "[paragraph 9] Prices: saddle | 120",
                "[paragraph 10] Prices: Grüße aus 東京.",
                "[note 1] Notes: The footnote tells of quolls.",
            ],
            Reading.Of("report.odt").Lines()
        );

    [Fact]
    public void ABookOfEpubGen() =>
        Assert.Equal(
            [
                "[chapter 1] Two birds: Table of Contents",
                "[chapter 2] The flamingo: Flamingos stand on one leg.",
                "[chapter 3] The heron: Herons wait.",
            ],
            Reading.Of("book.epub").Lines().Where(line => !line.Contains("Colour", StringComparison.Ordinal))
        );

    [Fact]
    public void AMessageOfNodemailerWithItsAttachments()
    {
        var read = Reading.Of("otter.eml");
        var lines = read.Lines().ToList();
        Assert.Equal(
            [
                "[message] Grüße vom Otter: From: \"Änne Müller\" <a@example.org>/To: b@example.org/Date: 1970-01-01 00:00",
                "[message] Grüße vom Otter: The otter swims.",
                "[message] Grüße vom Otter: It floats on its back.",
                "[attachment list.csv] Grüße vom Otter > list.csv > Row 1: name: Otter/place: river",
            ],
            lines.Take(4)
        );
        Assert.Contains(
            "[attachment report.docx, paragraph 3] Grüße vom Otter > Yearly report > Animals: The armadillo rolls into a ball.",
            lines
        );
        Assert.Equal(["The attachment a.bin is of a kind that is not read, and was left out."], Reading.Of("page.eml").Notes);
        Assert.Contains("[message] Only a page > Beavers: They build dams & lodges.", Reading.Of("page.eml").Lines());
    }

    [Fact]
    public void ACharacterSetThatNobodyKnowsCostsNothing()
    {
        var read = Reading.Of("latin.eml");
        Assert.Contains("[message] Grüße: Füchse graben.", read.Lines());
        Assert.Contains(read.Notes, note => note.Contains("'nosuch'", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("box.mbox", "[message 2] Letter 2: The second letter tells of shrews./From here it goes on.")]
    [InlineData("python.mbox", "[message 1] Über Dachse: Badgers dig setts./From dusk on they hunt.")]
    [InlineData("python.mbox", "[message 2, attachment weasel.txt] Second > weasel.txt: Weasels too.")]
    [InlineData("js.pdf", "[page 2] : Its second page tells of seals")]
    [InlineData("lib.pdf", "[page 1] : A page of pdf-lib about narwhals")]
    [InlineData("owned.pdf", "[page 1] : Anybody may see the tapir.")]
    public void AFileHolds(string name, string expected) => Assert.Contains(expected, Reading.Of(name).Lines());

    [Fact]
    public void APaperOfPdfKitHasHeadingsParagraphsAndRows() =>
        Assert.Equal(
            [
                $"[page 1] On wombats > Burrows: {Sentence.Trim()}",
                "[page 1] On wombats > Burrows: A second paragraph tells of cubes.",
                "[page 2] On wombats > Food: They eat grass.",
                "[page 2] On wombats > Food: plant | share",
                "[page 2] On wombats > Food: grass | 80 %",
                "[page 2] On wombats > Food: roots | 20 %",
            ],
            Reading.Of("paper.pdf").Lines()
        );

    [Fact]
    public void ColumnsAreReadOneAfterTheOther()
    {
        var texts = Reading.Of("columns.pdf").Blocks.Select(block => block.Text).ToList();
        Assert.Equal(2, texts.Count);
        Assert.StartsWith("The left column", texts[0], StringComparison.Ordinal);
        Assert.EndsWith("It ends with marmots.", texts[0], StringComparison.Ordinal);
        Assert.EndsWith("It ends with gophers.", texts[1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("locked.pdf", ErrorCode.EncryptedDocument)]
    [InlineData("scan.pdf", ErrorCode.ScannedDocument)]
    public void WhatCannotBeReadSaysWhy(string name, string code) =>
        Assert.Equal(code, Assert.Throws<SimileException>(() => Reading.Of(name)).Code);
}
