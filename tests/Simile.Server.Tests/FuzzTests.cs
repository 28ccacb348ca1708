using System.Net.Http.Headers;
using System.Text;

namespace Simile.Server.Tests;

/// <summary>Damaged bodies: whatever comes, the answer is never a fault of the server's.</summary>
public sealed class FuzzTests(SharedServer shared) : IClassFixture<SharedServer>
{
    private const int Rounds = 3000;
    private static readonly (string Route, string Body)[] Seeds =
    [
        ("/v1/embeddings", """{"model":"simile-text-mini","input":["a cat","Öl 🙂"],"dimensions":64,"encoding_format":"base64"}"""),
        ("/v1/embeddings", """{"model":"bert","input":[[5,6,7],"a"],"input_type":"query","truncate":true}"""),
        ("/v1/embeddings", """{"input":[{"content":[{"type":"text","text":"a"},{"image":"iVBORw0KGgo="}]}],"output_dtype":"int8"}"""),
        (
            "/v1/embeddings",
            """{"messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/gif;base64,R0lGODdh"}}]}]}"""
        ),
        ("/fuse", """{"input":[{"text":"a","image":"iVBORw0KGgo="},"b"],"fusion":"sum","image_share":0.3}"""),
        ("/classify", """{"input":["a",{"text":"b"}],"labels":["c","d"],"templates":["a {}"]}"""),
        ("/embed", """{"inputs":["a","b"],"truncate":true,"normalize":false,"prompt_name":"query"}"""),
        ("/similarity", """{"inputs":{"source_sentence":"a","sentences":["b","c"]}}"""),
        ("/tokenize", """{"inputs":["a cat","b"],"add_special_tokens":true}"""),
        ("/decode", """{"ids":[[5,6,7],[8]],"skip_special_tokens":false}"""),
        ("/rerank", """{"query":"a","texts":["b","c"],"return_text":true}"""),
        ("/v1/rerank", """{"query":"a","documents":["b",{"text":"c"}],"top_k":1,"return_documents":true}"""),
        ("/api/embed", """{"model":"bert:latest","input":["a","b"],"truncate":false,"dimensions":32}"""),
        ("/api/embeddings", """{"model":"bert","prompt":"a"}"""),
        ("/api/show", """{"model":"bert"}"""),
        ("/v2/embed", """{"texts":["a"],"images":["AAAA"],"embedding_types":["float","ubinary"],"truncate":"END","max_tokens":9}"""),
    ];

    private static readonly string[] Pieces =
    [
        "null",
        "true",
        "-1",
        "1e999",
        "99999999999999999999",
        "\"\"",
        "\"\\ud800\"",
        "[]",
        "{}",
        "[[]]",
        "[[[1]]]",
        "{\"text\":null}",
        "\"\\u0000\"",
        "0.5",
        "\"http://127.0.0.1/\"",
        "[null]",
        ",",
        ":",
        "]",
        "}",
        "\"",
        "\\",
        "\u0000",
        "\ufeff",
        "{\"image\":{\"url\":{\"url\":[]}}}",
    ];

    [Fact]
    public async Task NoDamagedBodyIsAFaultOfTheServers()
    {
        var random = new Random(20261128);
        var statuses = new Dictionary<int, int>();
        for (var round = 0; round < Rounds; round++)
        {
            var (route, seed) = Seeds[round % Seeds.Length];
            var body = Damage(Encoding.UTF8.GetBytes(seed), random);
            using var content = new ByteArrayContent(body);
            content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            using var answer = await shared.Server.Client.PostAsync(route, content, TestContext.Current.CancellationToken);
            var status = (int)answer.StatusCode;
            Assert.True(status is 200 or 400 or 404 or 413 or 422, $"{status} for {route} {Encoding.UTF8.GetString(body)}");
            statuses[status] = statuses.GetValueOrDefault(status) + 1;
        }

        // The damage leaves some whole and breaks others, or it would test one branch only.
        Assert.True(statuses.GetValueOrDefault(200) > Rounds / 20 && statuses.GetValueOrDefault(400) > Rounds / 5);
        await shared.Server.AskAsync("/v1/embeddings", """{"input":"a cat"}""");
    }

    [Theory]
    [InlineData("Content-Encoding", "gzip")]
    [InlineData("x-simile-lane", "fast")]
    [InlineData("x-simile-partial", "\u007f")]
    [InlineData("Accept", "application/octet-stream;q=\"")]
    [InlineData("Authorization", "Bearer")]
    [InlineData("Content-Type", "text/plain; charset=utf-16")]
    public async Task NorIsAStrangeHeader(string name, string value)
    {
        using var answer = await shared.Server.PostAsync("/v1/embeddings", """{"input":"a cat"}""", (name, value));
        Assert.True((int)answer.StatusCode is 200 or 400, $"{(int)answer.StatusCode}");
    }

    private static byte[] Damage(byte[] seed, Random random)
    {
        var bytes = seed.ToList();
        for (var times = random.Next(1, 4); times > 0 && bytes.Count > 0; times--)
        {
            var at = random.Next(bytes.Count);
            switch (random.Next(5))
            {
                case 0:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes.RemoveRange(at, random.Next(Math.Min(8, bytes.Count - at)));
                    break;
                case 2:
                    bytes.InsertRange(at, Encoding.UTF8.GetBytes(Pieces[random.Next(Pieces.Length)]));
                    break;
                case 3:
                    Swap(bytes, random);
                    break;
                default:
                    bytes.InsertRange(at, bytes.GetRange(at, random.Next(bytes.Count - at)));
                    break;
            }
        }

        return [.. bytes];
    }

    // A value gives way to another one, so that what comes is often JSON still.
    private static void Swap(List<byte> bytes, Random random)
    {
        var text = Encoding.UTF8.GetString([.. bytes]);
        var colons = Enumerable.Range(0, text.Length).Where(i => text[i] == ':').ToArray();
        if (colons.Length == 0)
        {
            return;
        }

        var start = colons[random.Next(colons.Length)] + 1;
        var end = text.IndexOfAny([',', '}', ']'], start);
        bytes.Clear();
        bytes.AddRange(Encoding.UTF8.GetBytes(text[..start] + Pieces[random.Next(Pieces.Length)] + (end < 0 ? string.Empty : text[end..])));
    }
}
