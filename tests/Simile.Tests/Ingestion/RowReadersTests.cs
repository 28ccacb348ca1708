using System.Text;
using Simile.Ingestion;

namespace Simile.Tests.Ingestion;

/// <summary>Files of rows: one bad row is one problem with the file's own line number.</summary>
public class RowReadersTests
{
    [Theory]
    [InlineData("{\"text\":\"never ended", 0, true)]
    [InlineData("{\"text\":\"half \\ud83d\"}", 0, true)]
    [InlineData("{\"text\": 42}", 0, true)]
    [InlineData("{\"text\": null}", 0, true)]
    [InlineData("{\"id\": 7}", 0, true)]
    [InlineData("[1, 2]", 0, true)]
    [InlineData("null", 0, true)]
    [InlineData("[\"a\", 1]", 1, false)]
    [InlineData("{\"text\":\"one\",\"text\":\"two\"}", 0, true)]
    [InlineData("{\"text\":\"x\", \"score\": NaN, \"a\": [-Infinity, Infinity]}", 1, false)]
    [InlineData("\uFEFF{\"text\":\"x\"}", 1, false)]
    [InlineData("{\"text\":\"a\u2028b\u0085c\"}", 1, false)]
    [InlineData("{\"text\":\"\"}", 0, false)]
    public void OneBadLineIsOneProblem(string line, int kept, bool isProblem)
    {
        var contents = DocumentReaders.Read(
            "a.jsonl",
            Encoding.UTF8.GetBytes($"{{\"text\":\"first\"}}\r\n\r\n{line}\r\n{{\"text\":\"last\"}}\r\n")
        );
        Assert.Equal(2 + kept, contents.Blocks.Count);
        Assert.Equal((1, 4), (contents.Blocks[0].StartLine, contents.Blocks[^1].StartLine));
        Assert.Equal(isProblem ? 1 : 0, contents.Problems.Count);
        Assert.All(contents.Problems, problem => Assert.StartsWith("Line 3 ", problem.Description, StringComparison.Ordinal));
    }

    [Fact]
    public void TenMegabytesInALineAreALine()
    {
        var text = new string('x', 10 << 20);
        var contents = DocumentReaders.Read("a.jsonl", Encoding.UTF8.GetBytes($"{{\"text\":\"{text}\"}}\n{{\"text\":\"last\"}}"));
        Assert.Equal([text.Length, 4], contents.Blocks.Select(block => block.Text.Length));
    }

    [Fact]
    public void NestedTextsOfALineAreTexts() =>
        Assert.Equal(
            "user\nhow do herons nest",
            DocumentReaders
                .Read("a.jsonl", "{\"messages\":[{\"role\":\"user\",\"content\":\"how do herons nest\"}],\"n\":1}"u8.ToArray())
                .Blocks[0]
                .Text
        );

    [Theory]
    [InlineData(
        "Name;Region;Units\r\nWidget;EU;12,5\r\nGadget;US;7,25\r\n",
        "2|Name: Widget/Region: EU/Units: 12,5;3|Name: Gadget/Region: US/Units: 7,25"
    )]
    [InlineData("sep=|\nName|Note\nA|b\n", "3|Name: A/Note: b")]
    [InlineData("Name\tNote\nA\tb, c\n", "2|Name: A/Note: b, c")]
    [InlineData("\uFEFFName,Note\nA,\"two\nlines\"\nB,c,extra\nD\n", "2|Name: A/Note: two/lines;4|Name: B/Note: c/extra;5|Name: D")]
    [InlineData("tag,tag\na,b\n", "2|tag: a/tag: b")]
    [InlineData("Ada,36\nBob,41\n", "1|Ada/36;2|Bob/41")]
    [InlineData("Country,2019,2020\nPeru,5,6\n", "2|Country: Peru/2019: 5/2020: 6")]
    [InlineData("Name,Region\n", "1|Name, Region")]
    public void TablesAreReadAsTheyAreWritten(string text, string expected) =>
        Assert.Equal(
            expected,
            string.Join(
                ';',
                DocumentReaders
                    .Read("a.csv", Encoding.UTF8.GetBytes(text))
                    .Blocks.Select(block => $"{block.StartLine}|{block.Text.Replace('\n', '/')}")
            )
        );

    [Fact]
    public void AQuoteThatNothingClosesDoesNotSwallowTheRest()
    {
        var contents = DocumentReaders.Read("a.csv", "name,note\nA,\"open\nB,fine\nC,fine\n"u8.ToArray());
        Assert.Contains("name: C\nnote: fine", contents.Blocks.Select(block => block.Text));
        Assert.Contains("Line 2 ", Assert.Single(contents.Problems).Message, StringComparison.Ordinal);
    }
}
