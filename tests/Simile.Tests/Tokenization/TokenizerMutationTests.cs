using System.Text;
using System.Text.Json.Nodes;
using Simile.Tokenization;

namespace Simile.Tests.Tokenization;

/// <summary>Damaged tokenizer files are refused with Simile's own error or read as something that works; they never crash and never
/// hang.</summary>
public class TokenizerMutationTests
{
    private static readonly string[] Texts =
    [
        "Hello, wörld 123 <mask> </s>",
        " \n\t👩‍👩‍👧 e\u0301 \ud83d 東京 [UNK]",
        string.Empty,
        new string('a', 500),
    ];

    public static TheoryData<string> Kinds => [.. PipelineCases.Names];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void ChangedBytesAreRefusedOrRead(string name)
    {
        var random = new Random(name.Length * 7919);
        for (var round = 0; round < 25; round++)
        {
            var bytes = PipelineCases.Tokenizer(name).ToArray();
            for (var i = random.Next(1, 4); i > 0; i--)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            Try(round % 5 == 0 ? bytes[..random.Next(bytes.Length)] : bytes);
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void ChangedValuesAreRefusedOrRead(string name)
    {
        var random = new Random(name.Length * 104729);
        for (var round = 0; round < 40; round++)
        {
            var root = JsonNode.Parse(PipelineCases.Tokenizer(name))!;
            Mutate(root, random);
            Try(Encoding.UTF8.GetBytes(root.ToJsonString()));
        }
    }

    internal static void Try(byte[] file)
    {
        try
        {
            var tokenizer = TokenizerFile.Parse(file, "mutated");
            var tokens = new TokenBuffer();
            foreach (var text in Texts)
            {
                tokens.Clear();
                tokenizer.Tokenize(text, tokens);
                Assert.True(tokens.Ids.ToArray().All(id => id >= 0 && id < tokenizer.VocabularySize));
                Assert.True(tokens.Ends.ToArray().All(end => end >= 0 && end <= text.Length));
            }
        }
        catch (SimileException error)
        {
            Assert.Equal(ErrorCode.UnsupportedTokenizer, error.Code);
        }
    }

    // Walks down to a random place and puts something else there, takes it away, or puts a piece of the file in its place.
    private static void Mutate(JsonNode node, Random random)
    {
        var (parent, key) = (node, (object)string.Empty);
        for (var depth = random.Next(1, 6); depth > 0 && node is JsonObject or JsonArray; depth--)
        {
            parent = node;
            var keys = node is JsonObject map
                ? map.Select(entry => (object)entry.Key).ToArray()
                : [.. Enumerable.Range(0, ((JsonArray)node).Count).Select(index => (object)index)];
            if (keys.Length == 0)
            {
                return;
            }

            key = keys[random.Next(keys.Length)];
            if ((key is string name ? node[name] : node[(int)key]) is not { } child)
            {
                break;
            }

            node = child;
        }

        var value = Replacement(random);
        switch (parent, key)
        {
            case (JsonObject map, string name) when random.Next(3) == 0:
                map.Remove(name);
                break;
            case (JsonObject map, string name):
                map[name] = value;
                break;
            case (JsonArray list, int index) when random.Next(3) == 0:
                list.RemoveAt(index);
                break;
            case (JsonArray list, int index):
                list[index] = value;
                break;
        }
    }

    private static JsonNode? Replacement(Random random) =>
        random.Next(12) switch
        {
            0 => null,
            1 => JsonValue.Create(random.Next(-3, 3)),
            2 => JsonValue.Create(long.MaxValue),
            3 => JsonValue.Create(-1e300),
            4 => JsonValue.Create(string.Empty),
            5 => JsonValue.Create("Sequence"),
            6 => JsonValue.Create("("),
            7 => JsonValue.Create(random.Next(2) == 0),
            8 => new JsonArray(),
            9 => new JsonObject(),
            10 => new JsonObject { ["Regex"] = "(a*)*|[^" },
            _ => new JsonObject { ["type"] = "Metaspace", ["replacement"] = "▁" },
        };
}
