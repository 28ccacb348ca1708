using System.Collections.Concurrent;
using System.Text.Json;

namespace Simile.Testing;

/// <summary>A server of NuGet's third protocol on this machine: service index, registration, and the flat container.</summary>
internal sealed class FakeFeed : IDisposable
{
    private readonly LoopbackServer _server;

    public FakeFeed() => _server = new LoopbackServer(Answer);

    public string Index => $"{_server.Address}/v3/index.json";

    /// <summary>The packages by id and version, in lower case.</summary>
    public Dictionary<(string Id, string Version), byte[]> Packages { get; } = [];

    /// <summary>The checksum that the registration tells; null for none.</summary>
    public Func<byte[], string?> Checksum { get; set; } = TestPackage.Sha512;

    /// <summary>Whether the checksum stands in a document of its own, as at nuget.org.</summary>
    public bool HasCatalog { get; set; }

    public ConcurrentQueue<LoopbackRequest> Requests { get; } = new();

    /// <summary>Answers before the server does; null leaves it to the server.</summary>
    public Func<LoopbackRequest, LoopbackAnswer?> Script { get; set; } = _ => null;

    public int Downloads => Requests.Count(request => request.Path.EndsWith(".nupkg", StringComparison.Ordinal));

    public void Dispose() => _server.Dispose();

    private LoopbackAnswer Answer(LoopbackRequest request)
    {
        Requests.Enqueue(request);
        return Script(request)
            ?? request.Path.Split('/', StringSplitOptions.RemoveEmptyEntries) switch
            {
                ["v3", "index.json"] => Json(
                    new
                    {
                        version = "3.0.0",
                        resources = new[]
                        {
                            Resource("flat", "PackageBaseAddress/3.0.0"),
                            Resource("registration", "RegistrationsBaseUrl/3.6.0"),
                        },
                    }
                ),
                ["flat", var id, "index.json"] when VersionsOf(id) is { Length: > 0 } versions => Json(new { versions }),
                ["flat", var id, var version, var file]
                    when Packages.TryGetValue((id, version), out var package) && file.EndsWith(".nupkg", StringComparison.Ordinal) =>
                    new LoopbackAnswer(200, package),
                ["registration", var id, "index.json"] when VersionsOf(id) is { Length: > 0 } versions => Registration(id, versions),
                ["catalog", var id, var version] => Json(
                    new Dictionary<string, object?>
                    {
                        ["packageHash"] = Checksum(Packages[(id, version)]),
                        ["packageHashAlgorithm"] = "SHA512",
                    }
                ),
                _ => new LoopbackAnswer(404, "{}"u8.ToArray()),
            };
    }

    private string[] VersionsOf(string id) => [.. Packages.Keys.Where(key => key.Id == id).Select(key => key.Version)];

    private Dictionary<string, string> Resource(string path, string type) =>
        new() { ["@id"] = $"{_server.Address}/{path}/", ["@type"] = type };

    private LoopbackAnswer Registration(string id, string[] versions)
    {
        var items = versions.Select(version => new Dictionary<string, object?>
        {
            ["@id"] = $"{_server.Address}/registration/{id}/{version}.json",
            ["packageContent"] = $"{_server.Address}/flat/{id}/{version}/{id}.{version}.nupkg",
            ["catalogEntry"] = new Dictionary<string, object?>
            {
                ["@id"] = $"{_server.Address}/catalog/{id}/{version}",
                ["id"] = id,
                ["version"] = version,
                ["listed"] = true,
                ["packageHash"] = HasCatalog ? null : Checksum(Packages[(id, version)]),
                ["packageHashAlgorithm"] = "SHA512",
            },
        });
        return Json(
            new Dictionary<string, object?>
            {
                ["count"] = 1,
                ["items"] = new[]
                {
                    new Dictionary<string, object?>
                    {
                        ["@id"] = "page",
                        ["count"] = versions.Length,
                        ["lower"] = versions[0],
                        ["upper"] = versions[^1],
                        ["items"] = items,
                    },
                },
            }
        );
    }

    private static LoopbackAnswer Json(object value) =>
        new(200, JsonSerializer.SerializeToUtf8Bytes(value)) { Headers = { ["Content-Type"] = "application/json" } };
}
