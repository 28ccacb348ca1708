using Simile.Ingestion;
using Simile.Search;

namespace Simile.Testing;

/// <summary>Many callers at once, some of whom give up, and a store that is closed under them.</summary>
public abstract partial class ChunkStoreSuite<TStore>
{
    // Every document has two chunks with one text: a reader that saw half a change would see two.
    [Fact]
    public async Task ManyReadWhileOneWritesAndSeeWholeChangesOnly()
    {
        using var store = await OpenAsync();
        await store.ReplaceAsync([.. Enumerable.Range(0, 10).Select(i => Pair(i, 0))], Stop);
        using var done = new CancellationTokenSource();
        var readers = Enumerable
            .Range(0, 8)
            .Select(_ =>
                Task.Run(async () =>
                {
                    var rounds = 0;
                    for (; rounds == 0 || !done.IsCancellationRequested; rounds++)
                    {
                        Assert.All(
                            await store.ReadFilesAsync(["3", "7"], Stop),
                            file => Assert.Equal(file.Chunks[0].Text, file.Chunks[1].Text)
                        );
                        var found = await store.SearchVectorsAsync(new float[] { 1, 0, 0, 0 }, 100, null, Stop);
                        Assert.Equal(20, found.Count);
                        Assert.Equal(20, (await store.SearchWordsAsync("word", 100, null, Stop)).Count);
                        var read = await store.ReadAsync([.. found.Select(chunk => chunk.Id)], Stop);
                        Assert.All(read, chunk => Assert.Null(chunk?.Damage));
                    }

                    return rounds;
                })
            )
            .ToArray();
        for (var version = 1; version <= 40; version++)
        {
            await store.ReplaceAsync([.. Enumerable.Range(0, 10).Select(i => Pair(i, version))], Stop);
        }

        await done.CancelAsync();
        Assert.All(await Task.WhenAll(readers), rounds => Assert.True(rounds > 0));
        Assert.All(
            await store.ReadFilesAsync([.. Enumerable.Range(0, 10).Select(i => $"{i}")], Stop),
            file => Assert.Equal("word 40", file.Chunks[1].Text)
        );

        static IndexedFile Pair(int path, int version) =>
            Document($"{path}", ($"word {version}", [1, 0, 0, 0]), ($"word {version}", [0, 1, 0, 0]));
    }

    [Fact]
    public async Task ManyWriteAtOnceAndNothingIsLost()
    {
        using var store = await OpenAsync();
        await Parallel.ForAsync(
            0,
            8,
            Stop,
            async (writer, stop) =>
            {
                for (var i = 0; i < 10; i++)
                {
                    await store.ReplaceAsync([Document($"{writer}/{i}", ("word", [1, 0, 0, 0]))], stop);
                }
            }
        );
        Assert.Equal((80L, 80L, Dimensions, 0L), await FiguresAsync(store));
        Assert.Equal(80, (await store.ListFilesAsync(null, Stop)).Count);
    }

    [Fact]
    public async Task WhoIsCancelledHearsOfItAndChangesNothing()
    {
        using var store = await OpenAsync();
        await store.ReplaceAsync([Document("a", ("word", [1, 0, 0, 0]))], Stop);
        var stopped = new CancellationToken(canceled: true);
        Func<Task>[] calls =
        [
            () => store.SummarizeAsync(stopped).AsTask(),
            () => store.GetPropertyAsync("name", stopped).AsTask(),
            () => store.SetPropertyAsync("name", "value", stopped).AsTask(),
            () => store.ListFilesAsync(null, stopped).AsTask(),
            () => store.ReadFilesAsync(["a"], stopped).AsTask(),
            () => store.ReadAsync([1], stopped).AsTask(),
            () => store.SearchVectorsAsync(new float[4], 1, null, stopped).AsTask(),
            () => store.SearchWordsAsync("word", 1, null, stopped).AsTask(),
            () => store.ReplaceAsync([Document("a", ("other", [1, 0, 0, 0]))], stopped).AsTask(),
            () => store.RemoveAsync(["a"], stopped).AsTask(),
        ];
        foreach (var call in calls)
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(call);
        }

        // In the middle of a change, at each time that its documents are looked at.
        IndexedFile[] many =
        [
            .. Enumerable.Range(0, 100).Select(i => Document($"{i}", ("other", [1, 0, 0, 0]))),
            Document("a", ("other", [1, 0, 0, 0])),
        ];
        for (var pass = 1; ; pass++)
        {
            using var source = new CancellationTokenSource();
            var error = await Record.ExceptionAsync(() => store.ReplaceAsync(new StoppingList(many, source, pass), source.Token).AsTask());
            if (error is null)
            {
                Assert.True(pass > 1, "Nobody looked at the documents.");
                break;
            }

            Assert.IsAssignableFrom<OperationCanceledException>(error);
            Assert.Equal(["a"], (await store.ListFilesAsync(null, Stop)).Keys);
            Assert.Single(await store.SearchWordsAsync("word", 5, null, Stop));
        }

        Assert.Equal(101, (await store.SearchWordsAsync("other", 1000, null, Stop)).Count);
    }

    [Fact]
    public async Task DisposalWaitsForCallsAndRefusesLaterOnes()
    {
        var store = await OpenAsync();
        await store.ReplaceAsync([.. Enumerable.Range(0, 50).Select(i => Document($"{i}", ("word", [1, 0, 0, 0])))], Stop);
        var calls = Enumerable
            .Range(0, 16)
            .Select(i =>
                Task.Run(async () =>
                {
                    while (true)
                    {
                        await store.SearchVectorsAsync(new float[4], 5, null, Stop);
                        await store.SearchWordsAsync("word", 5, null, Stop);
                        await store.ReplaceAsync([Document($"{i}", ("word", [1, 0, 0, 0]))], Stop);
                    }
                })
            )
            .ToArray();
        await store.DisposeAsync();
        store.Dispose();
        foreach (var call in calls)
        {
            await Assert.ThrowsAsync<ObjectDisposedException>(() => call);
        }

        await Assert.ThrowsAsync<ObjectDisposedException>(() => store.SummarizeAsync(Stop).AsTask());
    }

    /// <summary>Cancels when its middle is looked at for the given time.</summary>
    private sealed class StoppingList(IReadOnlyList<IndexedFile> files, CancellationTokenSource source, int pass)
        : IReadOnlyList<IndexedFile>
    {
        private int _passes;

        public int Count => files.Count;

        public IndexedFile this[int index] => files[index];

        public IEnumerator<IndexedFile> GetEnumerator()
        {
            _passes++;
            for (var i = 0; i < files.Count; i++)
            {
                if (_passes == pass && i == files.Count / 2)
                {
                    source.Cancel();
                }

                yield return files[i];
            }
        }

        System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
