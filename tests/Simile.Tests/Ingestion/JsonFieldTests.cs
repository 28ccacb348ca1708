using Simile.Ingestion;
using Simile.Ingestion.Readers;

namespace Simile.Tests.Ingestion;

/// <summary>The fields of a row of JSON lines are what its passages are filtered by.</summary>
public class JsonFieldTests
{
    [Theory]
    [InlineData(
        """{"text":"x","lang":"de","year":2024,"share":0.5,"open":true,"closed":false}""",
        "closed=false lang=de open=true share=0.5 year=2024"
    )]
    [InlineData("""{"text":"x","title":"t","list":[1],"object":{"a":1},"nothing":null}""", "")]
    [InlineData("""{"body":"x","lang":"de"}""", "body=x lang=de")]
    [InlineData(
        """{"text":"x","big":9007199254740993,"huge":1e400,"same":2.0,"":"no name","twice":1,"twice":2}""",
        "big=9007199254740993 same=2 twice=2"
    )]
    [InlineData("""["x","y"]""", "")]
    [InlineData("""{"text":"x","nul":"a\u0000b"}""", "")]
    public void ScalarFieldsAreMetadata(string row, string expected)
    {
        var problems = new List<SimileException>();
        var block = Assert.Single(new JsonLinesReader().Read(row, problems));
        Assert.Empty(problems);
        Assert.Equal(
            expected,
            string.Join(' ', block.Metadata.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key}={pair.Value}"))
        );
    }

    [Fact]
    public void ALongTextIsNoMetadataAndNoRowHasTooMuch()
    {
        var problems = new List<SimileException>();
        var row =
            $$"""{"text":"x","long":"{{new string('y', 4097)}}",{{string.Join(',', Enumerable.Range(0, 300).Select(i => $"\"n{i:D3}\":{i}"))}}}""";
        var block = Assert.Single(new JsonLinesReader().Read(row, problems));
        Assert.Equal(256, block.Metadata.Count);
        Assert.DoesNotContain("long", block.Metadata.Keys);
    }

    [Fact]
    public void RowsOfOneTitleKeepTheirOwnFields()
    {
        var rows =
            "{\"title\":\"t\",\"text\":\"Cats purr.\",\"lang\":\"en\"}\n{\"title\":\"t\",\"text\":\"Katzen "
            + "schnurren.\",\"lang\":\"de\"}\n{\"title\":\"t\",\"text\":\"Chats.\"}";
        var chunks = new Chunker(new EstimatedTokens()).Split(new JsonLinesReader().Read(rows, new List<SimileException>())).ToList();
        Assert.Equal(
            [("Cats purr.", "en"), ("Katzen schnurren.", "de"), ("Chats.", "")],
            chunks.Select(chunk => (chunk.Text, chunk.Metadata.GetValueOrDefault("lang").ToString()))
        );
    }

    [Theory]
    [InlineData("", 0)]
    [InlineData("word", 1)]
    [InlineData("words of five", 4)]
    [InlineData("C++, 3.14", 7)]
    [InlineData("梯子が 👩", 4)]
    public void TokensAreEstimated(string text, int expected)
    {
        var tokens = new Simile.Tokenization.TokenBuffer();
        new EstimatedTokens().Tokenize(text, tokens);
        Assert.Equal(expected, tokens.Count);
        var rebuilt = string.Concat(Enumerable.Range(0, tokens.Count).Select(i => text[tokens.Starts[i]..tokens.Ends[i]]));
        Assert.Equal(string.Concat(text.Where(letter => !char.IsWhiteSpace(letter))), rebuilt);
    }
}
