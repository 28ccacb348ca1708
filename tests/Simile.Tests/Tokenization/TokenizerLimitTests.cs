using System.Text;
using System.Text.Json.Nodes;
using Simile.Tokenization;
using Simile.Tokenization.Patterns;

namespace Simile.Tests.Tokenization;

/// <summary>Tokenizer files that would take any memory or time are one error for the text that they are slow or large on.</summary>
public sealed class TokenizerLimitTests
{
    private const string Replacing = """{"type":"Replace","pattern":{"String":"a"},"content":"aa"}""";
    private const string Decomposing = """{"type":"ByteLevel","add_prefix_space":false,"use_regex":false}""";
    private const string Prepending = """{"type":"Prepend","prepend":"abcdefghijklmnopqrstuvwxyz"}""";

    [Theory]
    [InlineData("normalizer", "normalizers", Replacing, 40)]
    [InlineData("normalizer", "normalizers", Prepending, 400)]
    [InlineData("pre_tokenizer", "pretokenizers", Decomposing, 40)]
    public void GrowthIsBounded(string part, string list, string step, int count)
    {
        var steps = string.Join(',', Enumerable.Repeat(step, count));
        var tokenizer = Parse(
            "{\"model\":{\"type\":\"WordLevel\",\"vocab\":{\"[UNK]\":0,\"b\":1},\"unk_token\":\"[UNK]\"},"
                + $"\"{part}\":{{\"type\":\"Sequence\",\"{list}\":[{steps}]}}}}"
        );
        var tokens = new TokenBuffer();
        var error = Assert.Throws<SimileException>(() => tokenizer.Tokenize("a \u0120", tokens));
        Assert.Equal(ErrorCode.UnsupportedTokenizer, error.Code);
        Assert.Contains("characters of this text", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void OrdinaryGrowthIsNot()
    {
        // The character with the longest compatible decomposition, and all of it as bytes.
        var tokenizer = Parse(
            """{"model":{"type":"WordLevel","vocab":{"[UNK]":0},"unk_token":"[UNK]"},"normalizer":{"type":"Sequence","normalizers":[{"type":"NFKD"},{"type":"ByteLevel"}]}}"""
        );
        var tokens = new TokenBuffer();
        tokenizer.Tokenize(string.Concat(Enumerable.Repeat("\uFDFA", 5000)), tokens);
        Assert.Equal(1, tokens.Count);
    }

    [Fact]
    public void APatternThatIsSlowAgainAndAgainIsTriedNoMore()
    {
        var pattern = new RegexPattern("(a+)+$", TimeSpan.FromMilliseconds(1));
        var slow = new string('a', 60) + "b";
        for (var i = 0; i < 3; i++)
        {
            Assert.Contains("on this text", Assert.Throws<SimileException>(() => pattern.Find(slow, [])).Message, StringComparison.Ordinal);
        }

        var error = Assert.Throws<SimileException>(() => pattern.Find("x", []));
        Assert.Equal(ErrorCode.UnsupportedTokenizer, error.Code);
        Assert.Contains("tried no more", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(TokenizerMutationTests.Kinds), MemberType = typeof(TokenizerMutationTests))]
    public void ANullAnywhereIsRefusedOrRead(string name)
    {
        var count = PlacesOf(JsonNode.Parse(PipelineCases.Tokenizer(name))!).Count;
        for (var place = 0; place < count; place++)
        {
            var root = JsonNode.Parse(PipelineCases.Tokenizer(name))!;
            PlacesOf(root)[place]();
            TokenizerMutationTests.Try(Encoding.UTF8.GetBytes(root.ToJsonString()));
        }
    }

    // What puts a null into each place; of long lists and maps the first two entries stand for all.
    private static List<Action> PlacesOf(JsonNode root)
    {
        var places = new List<Action>();
        Walk(root);
        return places;

        void Walk(JsonNode node)
        {
            foreach (var key in node is JsonObject map ? map.Select(entry => entry.Key).Take(map.Count > 20 ? 2 : 20).ToList() : [])
            {
                places.Add(() => node[key] = null);
                Visit(node[key]);
            }

            for (var index = 0; node is JsonArray list && index < Math.Min(list.Count, 2); index++)
            {
                var at = index;
                places.Add(() => list[at] = null);
                Visit(list[at]);
            }
        }

        void Visit(JsonNode? child)
        {
            if (child is JsonObject or JsonArray)
            {
                Walk(child);
            }
        }
    }

    private static ITokenizer Parse(string json) => TokenizerFile.Parse(Encoding.UTF8.GetBytes(json), "made");
}
