using Simile.Ingestion;
using Simile.Search;
using Simile.Vectors;

namespace Simile.Sqlite.Tests;

/// <summary>Who waits for whom.</summary>
public sealed class StoreConnectionTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private static readonly CancellationToken Stop = TestContext.Current.CancellationToken;
    private readonly TemporaryFolder _folder = new();

    // Each reader waits until the other is there too: in turns, neither would ever end.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ReadersDoNotWaitForOneAnother(bool inMemory)
    {
        using var store = await OpenAsync(inMemory);
        using var both = new Barrier(2);
        var reads = Enumerable
            .Range(0, 2)
            .Select(_ =>
                store
                    .Connections.ReadAsync(
                        connection => both.SignalAndWait(Patience) && connection.Number("SELECT count(*) FROM files") == 1,
                        Stop
                    )
                    .AsTask()
            );
        Assert.All(await Task.WhenAll(reads), Assert.True);
    }

    [Fact]
    public async Task AReaderDoesNotWaitForAWriterAndSeesWhatWasBefore()
    {
        using var store = await OpenAsync(inMemory: false);
        using var read = new ManualResetEventSlim();
        using var written = new ManualResetEventSlim();
        var writing = store.Connections.WriteAsync(
            connection =>
            {
                connection.Run("DELETE FROM files");
                written.Set();
                Assert.True(read.Wait(Patience, Stop));
            },
            Stop
        );
        Assert.True(await Task.Run(() => written.Wait(Patience, Stop)));
        Assert.Single(await store.ListFilesAsync(null, Stop));
        read.Set();
        await writing;
        Assert.Empty(await store.ListFilesAsync(null, Stop));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ACallReturnsBeforeItsWorkIsDone(bool inMemory)
    {
        using var store = await OpenAsync(inMemory);
        using var returned = new ManualResetEventSlim();
        var call = store.Connections.ReadAsync(_ => returned.Wait(Patience, Stop), Stop);
        returned.Set();
        Assert.True(await call);
    }

    [Fact]
    public async Task DisposalWaitsForTheCallThatRuns()
    {
        var store = await OpenAsync(inMemory: false);
        using var entered = new ManualResetEventSlim();
        using var leave = new ManualResetEventSlim();
        var call = store
            .Connections.ReadAsync(
                connection =>
                {
                    entered.Set();
                    leave.Wait(Patience, Stop);
                    return connection.Number("SELECT count(*) FROM files");
                },
                Stop
            )
            .AsTask();
        Assert.True(await Task.Run(() => entered.Wait(Patience, Stop)));
        var closing = store.DisposeAsync().AsTask();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => store.ListFilesAsync(null, Stop).AsTask());
        Assert.False(closing.IsCompleted);
        leave.Set();
        Assert.Equal(1, await call);
        await closing;
    }

    // Ids that were taken out are remembered up to a bound; who missed more reads all anew, and finds the same.
    [Theory]
    [InlineData(10)]
    [InlineData(17_000)]
    public async Task ASecondStoreFollowsTheFirst(int count)
    {
        using var store = await OpenAsync(inMemory: false);
        IndexedFile[] files = [.. Enumerable.Range(0, count).Select(i => FileOf($"{i}", i))];
        await store.ReplaceAsync(files, Stop);
        using var other = SqliteChunkStore.Open(_folder.File("index.db"), create: false);
        Assert.Equal(count + 1, (await other.SummarizeAsync(Stop)).Vectors);
        await store.ReplaceAsync([.. files.Select((file, i) => FileOf(file.Path, i + 0.5f))], Stop);
        await store.RemoveAsync(["a", "0"], Stop);
        var found = await other.SearchVectorsAsync(new float[] { -1, 1 }, 2, null, Stop);
        Assert.Equal([-1.5, -2.5], found.Select(chunk => chunk.Score));
        Assert.Equal(count - 1, (await other.SummarizeAsync(Stop)).Vectors);
    }

    public void Dispose() => _folder.Dispose();

    private static IndexedFile FileOf(string path, float value) =>
        new(path, "v", [new Chunk("word", 1, 1, string.Empty)], [new[] { value, 0 }]);

    private async Task<SqliteChunkStore> OpenAsync(bool inMemory)
    {
        var store = inMemory ? SqliteChunkStore.OpenInMemory() : SqliteChunkStore.Open(_folder.File("index.db"), create: true);
        await store.EnsureSpaceAsync(new EmbeddingSpace("test", 2, unitLength: false, SimilarityMetric.Dot), Stop);
        await store.ReplaceAsync([FileOf("a", -1)], Stop);
        return store;
    }
}
