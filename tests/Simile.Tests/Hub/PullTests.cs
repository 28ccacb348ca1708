using System.Security.Cryptography;
using System.Text.Json;
using Simile.Hub;

namespace Simile.Tests.Hub;

/// <summary>A pull that goes well: what is fetched, where it lies, what is sent.</summary>
public sealed class PullTests : IDisposable
{
    private static readonly string[] Needed =
    [
        "1_Pooling/config.json",
        "config.json",
        "model.safetensors",
        "modules.json",
        "tokenizer.json",
    ];
    private readonly HubBench _bench = new();

    /// <summary>The rules of huggingface_hub: blobs by ETag, snapshots/COMMIT/NAME as relative links, refs/REVISION with the bare commit,
    /// locks apart.</summary>
    [Fact]
    public async Task TheCacheHasTheLayoutOfHuggingFaceHub()
    {
        var snapshot = await _bench.PullAsync();
        Assert.Equal(
            (_bench.Hub.Id, "main", FakeHub.Commit, Path.Combine(_bench.Repository, "snapshots", FakeHub.Commit)),
            (snapshot.Id, snapshot.Revision, snapshot.Commit, snapshot.Folder)
        );
        Assert.Equal(FakeHub.Commit, File.ReadAllText(Path.Combine(_bench.Repository, "refs", "main")));
        Assert.Equal(
            Needed,
            Directory
                .GetFiles(snapshot.Folder, "*", SearchOption.AllDirectories)
                .Select(path => Path.GetRelativePath(snapshot.Folder, path))
                .Order(StringComparer.Ordinal)
        );
        Assert.Equal(Needed.Select(_bench.BlobOf).Order(), Directory.GetFiles(Path.Combine(_bench.Repository, "blobs")).Order());
        foreach (var name in Needed)
        {
            Assert.Equal(_bench.Hub.Files[name], File.ReadAllBytes(_bench.InSnapshot(name)));
            var up = name.Contains('/', StringComparison.Ordinal) ? "../../../blobs/" : "../../blobs/";
            Assert.Equal(up + Path.GetFileName(_bench.BlobOf(name)), new FileInfo(_bench.InSnapshot(name)).LinkTarget);
        }

        Assert.Equal(
            ["blobs", "refs", "snapshots"],
            Directory.GetDirectories(_bench.Repository).Select(path => Path.GetFileName(path)!).Order()
        );
        Assert.Equal(
            [".locks", "models--org--model"],
            Directory.GetFileSystemEntries(_bench.CacheFolder).Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal)
        );
    }

    /// <summary>The tree that huggingface_hub made of the same repository (tests/reference/hub.py).</summary>
    [Fact]
    public async Task TheTreeIsTheOneThatHuggingFaceHubMakes()
    {
        await _bench.PullAsync();
        var made = Directory
            .GetFiles(_bench.Repository, "*", SearchOption.AllDirectories)
            .Select(path =>
                $"{Path.GetRelativePath(_bench.CacheFolder, path)} {new FileInfo(path).LinkTarget} "
                + $"{Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path)))}"
            )
            .Order(StringComparer.Ordinal);
        using var expected = JsonDocument.Parse(
            File.ReadAllBytes(RepositoryRoot.Find("tests", "Simile.Tests", "Hub", "expected-layout.json"))
        );
        var theirs = expected
            .RootElement.GetProperty("files")
            .EnumerateArray()
            .Select(file => $"{file.GetProperty("path")} {file.GetProperty("link")} {file.GetProperty("sha256")}")
            .Order(StringComparer.Ordinal);
        Assert.Equal(theirs, made);
    }

    [Fact]
    public async Task WhereThereAreNoSafetensorsTheExportIsFetched()
    {
        _bench.Hub.Files.Remove("model.safetensors");
        _bench.Hub.Files.Remove("pytorch_model.bin");
        _bench.Hub.Files.Remove("2_Dense/pytorch_model.bin");
        _bench.Hub.Files["onnx/model.onnx_data"] = [4, 5, 6];
        _bench.Hub.Files["onnx/model_fp16.onnx"] = [7];
        var snapshot = await _bench.PullAsync();
        Assert.True(snapshot.IsModel);
        Assert.Equal(
            Needed
                .Where(name => name != "model.safetensors")
                .Concat(["onnx/model.onnx", "onnx/model.onnx_data"])
                .Order(StringComparer.Ordinal),
            Directory
                .GetFiles(snapshot.Folder, "*", SearchOption.AllDirectories)
                .Select(path => Path.GetRelativePath(snapshot.Folder, path))
                .Order(StringComparer.Ordinal)
        );
    }

    [Fact]
    public async Task WhatIsHereIsNotFetchedAgain()
    {
        await _bench.PullAsync();
        _bench.Hub.Requests.Clear();
        await _bench.PullAsync();
        Assert.Equal("/api/models/org/model/revision/main", Assert.Single(_bench.Hub.Requests).Path);
    }

    [Fact]
    public async Task ABlobOfAnotherCommitIsUsedAgain()
    {
        await _bench.PullAsync();
        Directory.Delete(Path.Combine(_bench.Repository, "snapshots"), recursive: true);
        _bench.Hub.Requests.Clear();
        Assert.True((await _bench.PullAsync()).IsModel);
        Assert.DoesNotContain(
            _bench.Hub.Requests,
            request => request.Method == "GET" && request.Path.Contains("resolve", StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task TheTokenGoesToTheHubOnly()
    {
        await _bench.PullAsync(_bench.Options with { Token = "hf_secret" });
        var store = new Uri(_bench.Hub.StoreEndpoint).Port;
        Assert.Contains(_bench.Hub.Requests, request => request.Port == store);
        Assert.All(
            _bench.Hub.Requests,
            request => Assert.Equal(request.Port == store ? null : "Bearer hf_secret", request.Headers.GetValueOrDefault("Authorization"))
        );
    }

    [Fact]
    public void ATokenIsNotPrinted() =>
        Assert.DoesNotContain("hf_secret", (_bench.Options with { Token = "hf_secret" }).ToString(), StringComparison.Ordinal);

    [Fact]
    public async Task ACommitNeedsNoRef()
    {
        var snapshot = await _bench.PullAsync(revision: FakeHub.Commit);
        Assert.Null(snapshot.Revision);
        Assert.False(Directory.Exists(Path.Combine(_bench.Repository, "refs")));
        Assert.NotNull(_bench.Downloader().Cache.Find(HubReference.Parse($"org/model@{FakeHub.Commit}")));
        Assert.Null(_bench.Downloader().Cache.Find(_bench.Reference));
    }

    [Fact]
    public async Task ARevisionMayHaveSlashes()
    {
        Assert.Equal("refs/pr/1", (await _bench.PullAsync(revision: "refs/pr/1")).Revision);
        Assert.Equal(FakeHub.Commit, File.ReadAllText(Path.Combine(_bench.Repository, "refs", "refs", "pr", "1")));
        Assert.Equal("refs/pr/1", Assert.Single(_bench.Downloader().Cache.Snapshots).Revision);
    }

    [Fact]
    public async Task WithoutLinksFilesAreCopied()
    {
        var snapshot = await _bench.PullAsync(files: new NoLinks());
        Assert.All(Needed, name => Assert.Null(new FileInfo(_bench.InSnapshot(name)).LinkTarget));
        Assert.Equal(_bench.Hub.Files["model.safetensors"], File.ReadAllBytes(Path.Combine(snapshot.Folder, "model.safetensors")));
    }

    [Fact]
    public async Task TwoPullsAtOnceFetchEveryFileOnce()
    {
        var release = new TaskCompletionSource();
        _bench.Hub.Script = request =>
            request.Method == "GET" && request.Path == "/model.safetensors"
                ? new LoopbackAnswer(200, _bench.Hub.Files["model.safetensors"]) { CutAfter = 500, Hold = release.Task }
                : null;
        var first = _bench.PullAsync();
        await UntilAsync(() => _bench.Hub.Gets("model.safetensors").Any());
        var second = _bench.PullAsync();
        await UntilAsync(() => _bench.HasNotice("another process"));
        _bench.Hub.Script = _ => null;
        release.SetResult();
        var both = await Task.WhenAll(first, second);
        Assert.All(both, snapshot => Assert.True(snapshot.IsModel));
        Assert.Equal(
            ["(none)", "bytes=500-"],
            _bench
                .Hub.Gets("model.safetensors")
                .Where(request => request.Port == new Uri(_bench.Hub.StoreEndpoint).Port)
                .Select(request => request.Headers.GetValueOrDefault("Range", "(none)"))
        );
        Assert.Equal(_bench.Hub.Files["model.safetensors"], File.ReadAllBytes(_bench.BlobOf("model.safetensors")));
    }

    [Fact]
    public async Task ARemovedModelIsGone()
    {
        await _bench.PullAsync();
        var cache = _bench.Downloader().Cache;
        Assert.Equal(Needed.Sum(name => _bench.Hub.Files[name].Length), Assert.Single(cache.Snapshots).CountBytes());
        Assert.InRange(cache.Remove("org/model")!.Value, Needed.Sum(name => _bench.Hub.Files[name].Length), 200_000);
        Assert.Empty(cache.Snapshots);
        Assert.False(Directory.Exists(_bench.Repository));
        Assert.Null(cache.Remove("org/model"));
    }

    public void Dispose() => _bench.Dispose();

    private static async Task UntilAsync(Func<bool> condition)
    {
        while (!condition())
        {
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }
    }

    private sealed class NoLinks : CacheFiles
    {
        public override void CreateLink(string path, string target) => throw new UnauthorizedAccessException("no links here");
    }
}
