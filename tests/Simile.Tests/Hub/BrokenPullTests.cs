using Simile.Hub;

namespace Simile.Tests.Hub;

/// <summary>A pull that meets trouble on the way.</summary>
public sealed class BrokenPullTests : IDisposable
{
    private const string Weights = "model.safetensors";
    private readonly HubBench _bench = new();

    [Fact]
    public async Task ACutConnectionIsResumed()
    {
        var cuts = 0;
        _bench.Hub.Script = request =>
            request is { Method: "GET", Path: "/" + Weights } && cuts++ == 0
                ? new LoopbackAnswer(200, _bench.Hub.Files[Weights]) { CutAfter = 40_000 }
                : null;
        await _bench.PullAsync();
        Assert.Equal(
            [null, "bytes=40000-"],
            _bench.Hub.Gets(Weights).Where(IsStore).Select(request => request.Headers.GetValueOrDefault("Range"))
        );
        Assert.Equal(_bench.Hub.Files[Weights], File.ReadAllBytes(_bench.InSnapshot(Weights)));
    }

    [Fact]
    public async Task AStoppedPullLeavesNothingHalfAndGoesOn()
    {
        using var stop = new CancellationTokenSource();
        using var watch = new Timer(
            _ =>
            {
                if (CacheFiles.LengthOf(Partial) == 40_000)
                {
                    stop.Cancel();
                }
            },
            null,
            10,
            10
        );
        var never = new TaskCompletionSource();
        _bench.Hub.Script = request =>
            request is { Method: "GET", Path: "/" + Weights }
                ? new LoopbackAnswer(200, _bench.Hub.Files[Weights]) { CutAfter = 40_000, Hold = never.Task }
                : null;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _bench.PullAsync(cancellationToken: stop.Token));
        never.SetResult();
        Assert.Equal(40_000, CacheFiles.LengthOf(Partial));
        Assert.False(
            File.Exists(_bench.BlobOf(Weights))
                || File.Exists(_bench.InSnapshot(Weights))
                || Directory.Exists(Path.Combine(_bench.Repository, "refs"))
        );
        Assert.Null(_bench.Downloader().Cache.Find(_bench.Reference));

        _bench.Hub.Script = _ => null;
        _bench.Hub.Requests.Clear();
        await _bench.PullAsync();
        Assert.Equal(
            ["bytes=40000-"],
            _bench.Hub.Gets(Weights).Where(IsStore).Select(request => request.Headers.GetValueOrDefault("Range"))
        );
        Assert.Equal(_bench.Hub.Files[Weights], File.ReadAllBytes(_bench.InSnapshot(Weights)));
        Assert.False(File.Exists(Partial));
    }

    [Theory]
    [InlineData(99_999, false)]
    [InlineData(100_000, true)]
    public async Task AFileWhoseLengthNobodyAnnouncedIsBounded(int limit, bool isTaken)
    {
        var address = $"{_bench.Hub.StoreEndpoint}/{Weights}";
        var etag = FakeHub.EtagOf(_bench.Hub.Files[Weights], isLarge: true);
        _bench.Hub.Script = request =>
            request.Path.EndsWith("/" + Weights, StringComparison.Ordinal) && !IsStore(request)
                ? new LoopbackAnswer(302, [])
                {
                    Headers =
                    {
                        ["Location"] = address,
                        ["X-Linked-Etag"] = etag,
                        ["X-Repo-Commit"] = FakeHub.Commit,
                    },
                }
                : null;
        var options = _bench.Options with { MaxUnannouncedBytes = limit };
        if (isTaken)
        {
            await _bench.PullAsync(options);
            Assert.Equal(_bench.Hub.Files[Weights], File.ReadAllBytes(_bench.InSnapshot(Weights)));
            return;
        }

        Assert.Contains(
            "without saying how long",
            (await _bench.FailAsync(ErrorCode.HubBadAnswer, options)).Message,
            StringComparison.Ordinal
        );
        Assert.False(File.Exists(Partial));
    }

    [Fact]
    public async Task AServerWithoutRangesSendsAllAgain()
    {
        Plant(new byte[30_000]);
        _bench.Hub.Script = request =>
            request is { Method: "GET", Path: "/" + Weights } ? new LoopbackAnswer(200, _bench.Hub.Files[Weights]) : null;
        await _bench.PullAsync();
        Assert.Equal(_bench.Hub.Files[Weights], File.ReadAllBytes(_bench.InSnapshot(Weights)));
    }

    [Theory]
    [InlineData(30_000)]
    [InlineData(100_000)]
    [InlineData(150_000)]
    public async Task APartOfSomethingElseIsThrownAway(int length)
    {
        Plant(new byte[length]);
        await _bench.PullAsync();
        Assert.Equal(_bench.Hub.Files[Weights], File.ReadAllBytes(_bench.InSnapshot(Weights)));
    }

    [Theory]
    [InlineData(Weights)]
    [InlineData("config.json")]
    public async Task WrongContentIsFetchedOnceMoreAndThenRefused(string name)
    {
        _bench.Hub.Script = request =>
            request.Method == "GET" && request.Path.EndsWith("/" + name, StringComparison.Ordinal)
                ? new LoopbackAnswer(200, new byte[_bench.Hub.Files[name].Length])
                : null;
        await _bench.FailAsync(ErrorCode.HubFileDamaged);
        Assert.Equal(2, _bench.Hub.Gets(name).Count());
        Assert.False(
            File.Exists(_bench.BlobOf(name)) || File.Exists(_bench.BlobOf(name) + ".incomplete") || File.Exists(_bench.InSnapshot(name))
        );
        Assert.False(Directory.Exists(Path.Combine(_bench.Repository, "refs")));
    }

    [Fact]
    public async Task MoreThanWasAnnouncedIsRefused()
    {
        _bench.Hub.Script = request =>
            request is { Method: "GET", Path: "/" + Weights } ? new LoopbackAnswer(200, [.. _bench.Hub.Files[Weights], 1]) : null;
        await _bench.FailAsync(ErrorCode.HubFileDamaged);
    }

    [Fact]
    public async Task RetryAfterIsHonouredWithinBounds()
    {
        var refusals = new Queue<string>(["7", "99999"]);
        _bench.Hub.Script = _ =>
            refusals.TryDequeue(out var seconds)
                ? new LoopbackAnswer(refusals.Count == 1 ? 429 : 503, []) { Headers = { ["Retry-After"] = seconds } }
                : null;
        await _bench.PullAsync();
        Assert.Equal([TimeSpan.FromSeconds(7), TimeSpan.FromMinutes(2)], _bench.Time.Pauses);
        Assert.Contains("trying again in 7 s", _bench.Notices[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task ABrokenHubIsGivenUpAfterGrowingPauses()
    {
        _bench.Hub.Script = _ => new LoopbackAnswer(500, []);
        var error = await _bench.FailAsync(ErrorCode.HubUnreachable);
        Assert.Equal([0.5, 1, 2, 4], _bench.Time.Pauses.Select(pause => pause.TotalSeconds));
        Assert.Contains("500", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ASilentConnectionIsCutAndTriedAgain()
    {
        var (never, asked) = (new TaskCompletionSource(), 0);
        _bench.Hub.Script = request =>
            request is { Method: "GET", Path: "/" + Weights } && asked++ == 0
                ? new LoopbackAnswer(200, _bench.Hub.Files[Weights]) { CutAfter = 9, Hold = never.Task }
                : null;
        // Until it is noticed, and not longer: a slow second try must not be cut as well.
        using var watch = new Timer(
            _ =>
            {
                if (CacheFiles.LengthOf(Partial) == 9 && !_bench.HasNotice("sent nothing"))
                {
                    _bench.Time.EndStalls();
                }
            },
            null,
            10,
            10
        );
        await _bench.PullAsync();
        never.SetResult();
        Assert.Contains(_bench.Notices, notice => notice.Contains("sent nothing for 33 s", StringComparison.Ordinal));
        Assert.Equal(_bench.Hub.Files[Weights], File.ReadAllBytes(_bench.InSnapshot(Weights)));
    }

    [Fact]
    public async Task TheDiskIsMeasuredBefore()
    {
        var error = await _bench.FailAsync(ErrorCode.HubDiskFull, files: new SmallDisk(free: 50_000, room: long.MaxValue));
        Assert.Contains("HF_HUB_CACHE", error.Message, StringComparison.Ordinal);
        Assert.Empty(_bench.Hub.Gets(Weights));
        Assert.False(Directory.Exists(_bench.Repository));
    }

    [Fact]
    public async Task ADiskThatFillsUpLeavesWhatCanBeResumed()
    {
        await _bench.FailAsync(ErrorCode.HubDiskFull, files: new SmallDisk(free: long.MaxValue, room: 50_000));
        Assert.InRange(CacheFiles.LengthOf(Partial), 1, 50_000);
        Assert.False(File.Exists(_bench.BlobOf(Weights)));
        _bench.Hub.Requests.Clear();
        await _bench.PullAsync();
        Assert.StartsWith("bytes=", _bench.Hub.Gets(Weights).Last().Headers["Range"], StringComparison.Ordinal);
        Assert.Equal(_bench.Hub.Files[Weights], File.ReadAllBytes(_bench.InSnapshot(Weights)));
    }

    public void Dispose() => _bench.Dispose();

    private string Partial => _bench.BlobOf(Weights) + ".incomplete";

    private bool IsStore(LoopbackRequest request) => request.Port == new Uri(_bench.Hub.StoreEndpoint).Port;

    private void Plant(byte[] part)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Partial)!);
        File.WriteAllBytes(Partial, part);
    }

    /// <summary>A disk with so much free space, on which each file may have so many bytes.</summary>
    private sealed class SmallDisk(long free, long room) : CacheFiles
    {
        public override long FreeBytes(string folder) => free;

        public override Stream OpenAt(string path, long position) => new Narrow(path, position, room);

        private sealed class Narrow : FileStream
        {
            private readonly long _room;

            public Narrow(string path, long position, long room)
                : base(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.Read, 0)
            {
                Position = position;
                _room = room;
            }

            public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
            {
                var fits = (int)Math.Min(buffer.Length, _room - Position);
                await base.WriteAsync(buffer[..fits], cancellationToken);
                if (fits < buffer.Length)
                {
                    throw new IOException("No space left on device", 28);
                }
            }
        }
    }
}
