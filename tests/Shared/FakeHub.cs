using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Simile.Testing;

/// <summary>A hub on this machine: repositories at one port, the contents of large files at another, as the real one has it.</summary>
internal sealed class FakeHub : IDisposable
{
    public const string Commit = "0123456789abcdef0123456789abcdef01234567";
    private readonly LoopbackServer _hub;
    private readonly LoopbackServer _store;

    public FakeHub()
    {
        _hub = new LoopbackServer(request => Answer(request, isStore: false));
        _store = new LoopbackServer(request => Answer(request, isStore: true));
    }

    public string Id { get; set; } = "org/model";

    public string Endpoint => _hub.Address;

    public string StoreEndpoint => _store.Address;

    /// <summary>The files of the repository by name.</summary>
    public Dictionary<string, byte[]> Files { get; } = new(StringComparer.Ordinal);

    /// <summary>The files that lie at the second host.</summary>
    public HashSet<string> Large { get; } = new(StringComparer.Ordinal);

    /// <summary>What was asked, in order.</summary>
    public ConcurrentQueue<LoopbackRequest> Requests { get; } = new();

    /// <summary>Answers before the hub does; null leaves it to the hub.</summary>
    public Func<LoopbackRequest, LoopbackAnswer?> Script { get; set; } = _ => null;

    public IEnumerable<LoopbackRequest> Gets(string name) =>
        Requests.Where(request => request.Method == "GET" && request.Path.EndsWith("/" + name, StringComparison.Ordinal));

    public static string EtagOf(byte[] content, bool isLarge) =>
        Convert.ToHexStringLower(
            isLarge ? SHA256.HashData(content) : SHA1.HashData([.. Encoding.ASCII.GetBytes($"blob {content.Length}\0"), .. content])
        );

    /// <summary>A model as sentence-transformers publishes it, with a file that nobody needs.</summary>
    public static FakeHub WithModel(int weightBytes = 100_000)
    {
        var hub = new FakeHub();
        var weights = new byte[weightBytes];
        for (var i = 0; i < weights.Length; i++)
        {
            weights[i] = (byte)(i * 7 % 251);
        }

        hub.Files["config.json"] = """{"model_type":"t5"}"""u8.ToArray();
        hub.Files["modules.json"] = "[]"u8.ToArray();
        hub.Files["tokenizer.json"] = "{}"u8.ToArray();
        hub.Files["1_Pooling/config.json"] = """{"pooling_mode_mean_tokens":true}"""u8.ToArray();
        hub.Files["model.safetensors"] = weights;
        hub.Files["onnx/model.onnx"] = [1, 2, 3];
        hub.Files["pytorch_model.bin"] = [4, 5, 6];
        hub.Large.Add("model.safetensors");
        return hub;
    }

    public void Dispose()
    {
        _hub.Dispose();
        _store.Dispose();
    }

    private LoopbackAnswer Answer(LoopbackRequest request, bool isStore)
    {
        Requests.Enqueue(request);
        return Script(request)
            ?? (
                isStore ? Content(request, request.Path[1..])
                : request.Path.StartsWith("/api/", StringComparison.Ordinal) ? Listing(request)
                : Resolve(request)
            );
    }

    private LoopbackAnswer Listing(LoopbackRequest request)
    {
        var isKnown =
            request.Path == $"/api/models/{Id}/revision/main"
            || request.Path == $"/api/models/{Id}/revision/{Commit}"
            || request.Path == $"/api/models/{Id}/revision/refs%2Fpr%2F1";
        return isKnown
            ? new LoopbackAnswer(
                200,
                JsonSerializer.SerializeToUtf8Bytes(
                    new
                    {
                        id = Id,
                        sha = Commit,
                        siblings = Files.Keys.Select(name => new { rfilename = name }),
                    }
                )
            )
            : new LoopbackAnswer(404, "{}"u8.ToArray())
            {
                Headers = { ["X-Error-Code"] = "RevisionNotFound", ["X-Error-Message"] = "Invalid rev id" },
            };
    }

    private LoopbackAnswer Resolve(LoopbackRequest request)
    {
        var name = request.Path[$"/{Id}/resolve/{Commit}/".Length..];
        if (!Files.TryGetValue(name, out var content))
        {
            return new LoopbackAnswer(404, []);
        }

        if (!Large.Contains(name))
        {
            return Content(request, name);
        }

        return new LoopbackAnswer(302, "moved"u8.ToArray())
        {
            Headers =
            {
                ["Location"] = $"{StoreEndpoint}/{name}",
                ["ETag"] = "\"of-the-pointer\"",
                ["X-Repo-Commit"] = Commit,
                ["X-Linked-Etag"] = $"\"{EtagOf(content, isLarge: true)}\"",
                ["X-Linked-Size"] = content.Length.ToString(System.Globalization.CultureInfo.InvariantCulture),
            },
        };
    }

    private LoopbackAnswer Content(LoopbackRequest request, string name)
    {
        var content = Files[name];
        var answer = new LoopbackAnswer(200, content)
        {
            Headers = { ["ETag"] = $"W/\"{EtagOf(content, Large.Contains(name))}\"", ["X-Repo-Commit"] = Commit },
        };
        if (request.Headers.GetValueOrDefault("Range") is { } range)
        {
            var from = int.Parse(range["bytes=".Length..^1]);
            answer = from >= content.Length ? new LoopbackAnswer(416, []) : answer with { Status = 206, Body = content[from..] };
            answer.Headers["Content-Range"] = $"bytes {from}-{content.Length - 1}/{content.Length}";
        }

        return answer;
    }
}
