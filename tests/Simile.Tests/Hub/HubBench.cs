using System.Collections.Concurrent;
using Simile.Hub;

namespace Simile.Tests.Hub;

/// <summary>A downloader before a hub of this machine, with a clock that does not wait.</summary>
internal sealed class HubBench : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly HttpClient _http = HubDownloader.CreateClient();

    public FakeHub Hub { get; } = FakeHub.WithModel();

    public ImpatientTime Time { get; } = new();

    public List<string> Notices { get; } = [];

    public HubReference Reference => HubReference.Parse(Hub.Id);

    public string CacheFolder => _folder.Path;

    public string Repository => _folder.File("models--org--model");

    public HubOptions Options =>
        new()
        {
            CacheFolder = _folder.Path,
            Endpoint = new Uri(Hub.Endpoint),
            Stall = ImpatientTime.Stall,
        };

    public string BlobOf(string name) => Path.Combine(Repository, "blobs", FakeHub.EtagOf(Hub.Files[name], Hub.Large.Contains(name)));

    public string InSnapshot(string name) => Path.Combine(Repository, "snapshots", FakeHub.Commit, name);

    public HubDownloader Downloader(HubOptions? options = null, CacheFiles? files = null) =>
        new(_http, options ?? Options, Time, files ?? new CacheFiles());

    public Task<HubSnapshot> PullAsync(
        HubOptions? options = null,
        CacheFiles? files = null,
        string? revision = null,
        CancellationToken cancellationToken = default
    ) => Downloader(options, files).PullAsync(HubReference.Parse(Hub.Id, revision), new Heard(this), cancellationToken);

    public async Task<SimileException> FailAsync(string code, HubOptions? options = null, CacheFiles? files = null, string? revision = null)
    {
        var error = await Assert.ThrowsAsync<SimileException>(() => PullAsync(options, files, revision));
        Assert.Equal(code, error.Code);
        return error;
    }

    public bool HasNotice(string part)
    {
        lock (Notices)
        {
            return Notices.Exists(notice => notice.Contains(part, StringComparison.Ordinal));
        }
    }

    public void Dispose()
    {
        Hub.Dispose();
        _http.Dispose();
        _folder.Dispose();
    }

    private sealed class Heard(HubBench bench) : IProgress<HubProgress>
    {
        public void Report(HubProgress value)
        {
            lock (bench.Notices)
            {
                if (value.Notice is { } notice)
                {
                    bench.Notices.Add(notice);
                }
            }
        }
    }
}

/// <summary>Pauses end at once and are written down; the watch over a connection never runs out by itself, however long the machine
/// sleeps.</summary>
internal sealed class ImpatientTime : TimeProvider
{
    public static readonly TimeSpan Stall = TimeSpan.FromSeconds(33);

    private readonly ConcurrentBag<ITimer> _watches = [];

    public ConcurrentQueue<TimeSpan> Pauses { get; } = new();

    /// <summary>Lets every watch over a connection run out.</summary>
    public void EndStalls()
    {
        foreach (var watch in _watches)
        {
            watch.Change(TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        }
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        if (dueTime == Stall)
        {
            var watch = base.CreateTimer(callback, state, Timeout.InfiniteTimeSpan, period);
            _watches.Add(watch);
            return watch;
        }

        Pauses.Enqueue(dueTime);
        return base.CreateTimer(callback, state, TimeSpan.FromMilliseconds(1), period);
    }
}
