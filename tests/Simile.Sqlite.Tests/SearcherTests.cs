using Simile.Ingestion;
using Simile.Multimodal;
using Simile.Search;
using Simile.Vectors;

namespace Simile.Sqlite.Tests;

/// <summary>A searcher that lives long: its index changes, many ask at once, rows are damaged, one half cannot answer.</summary>
public sealed class SearcherTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string StorePath => _folder.File("index.db");

    [Theory]
    [InlineData(SearchMode.Dense)]
    [InlineData(SearchMode.Hybrid)]
    [InlineData(SearchMode.Keyword)]
    public async Task AChangedIndexIsSearchedAsItIsNow(SearchMode mode)
    {
        await PutAsync(("a.md", "cat"), ("b.md", "dog"));
        using var store = SqliteChunkStore.Open(StorePath, create: false);
        var searcher = await Searcher.OpenAsync(store, new ContentEmbedder(new LetterEmbedder(), null));
        var options = new SearchOptions { Mode = mode, Top = 1 };
        Assert.Equal("a.md", (await searcher.SearchAsync(Content.Of("cat"), options))[0].Path);
        using (var writer = SqliteChunkStore.Open(StorePath, create: true))
        {
            await writer.RemoveAsync(["a.md"]);
            await writer.ReplaceAsync([FileOf("c.md", "cat")]);
        }

        var hit = Assert.Single(await searcher.SearchAsync(Content.Of("cat"), options));
        Assert.Equal(("c.md", "cat"), (hit.Path, hit.Text));
        Assert.Equal(2, searcher.Count);
    }

    [Fact]
    public async Task EightThreadsAskAtOnceAndOneCloses()
    {
        await PutAsync([.. Enumerable.Range(0, 50).Select(i => ($"{i}.md", i % 2 == 0 ? "cat" : "dog"))]);
        var store = SqliteChunkStore.Open(StorePath, create: false);
        var searcher = await Searcher.OpenAsync(store, new ContentEmbedder(new LetterEmbedder(), null));
        using var started = new CountdownEvent(8);
        var asking = Enumerable
            .Range(0, 8)
            .Select(_ =>
                Task.Run(async () =>
                {
                    Assert.Equal(
                        5,
                        (await searcher.SearchAsync(Content.Of("cat"), new SearchOptions { Top = 5 })).Count(hit => hit.Text == "cat")
                    );
                    started.Signal();
                    while (true)
                    {
                        Assert.All(
                            await searcher.SearchAsync(Content.Of("cat"), new SearchOptions { Top = 5 }),
                            hit => Assert.Equal("cat", hit.Text)
                        );
                    }
                })
            )
            .ToArray();
        started.Wait(TestContext.Current.CancellationToken);
        store.Dispose();
        store.Dispose();
        foreach (var task in asking)
        {
            await Assert.ThrowsAsync<ObjectDisposedException>(() => task);
        }
    }

    [Fact]
    public async Task FiguresOfEachHalfStandBesideTheRank()
    {
        using (var store = SqliteChunkStore.Open(StorePath, create: true))
        {
            await store.EnsureSpaceAsync(LetterEmbedder.TheSpace);
            await store.ReplaceAsync([
                FileOf("a.md", "cat"),
                FileOf("b.md", "dog"),
                new IndexedFile("c.md", "v", [new Chunk("cat 猫", 1, 1, string.Empty)], [ReadOnlyMemory<float>.Empty]),
            ]);
        }

        using var opened = SqliteChunkStore.Open(StorePath, create: false);
        var searcher = await Searcher.OpenAsync(opened, new ContentEmbedder(new LetterEmbedder(), null));
        var hits = (await searcher.SearchAsync(Content.Of("cat"))).ToDictionary(hit => hit.Path);
        Assert.Equal((1, 1), (hits["a.md"].DenseRank, hits["a.md"].KeywordRank));
        Assert.Equal(1, hits["a.md"].Cosine!.Value, 1e-6);
        Assert.Equal((2, null), (hits["b.md"].DenseRank, hits["b.md"].KeywordRank));
        Assert.Equal(0, hits["b.md"].Cosine!.Value, 1e-6);
        Assert.Equal((null, 2, null), (hits["c.md"].DenseRank, hits["c.md"].KeywordRank, hits["c.md"].Cosine));
    }

    [Fact]
    public async Task WordsAnswerWhereTheModelCannot()
    {
        await PutAsync(("a.md", "cat 猫"), ("b.md", "dog"));
        using var store = SqliteChunkStore.Open(StorePath, create: false);
        var searcher = await Searcher.OpenAsync(store, new ContentEmbedder(new LetterEmbedder(), null));
        var answer = await searcher.SearchAsync(Content.Of("猫"));
        Assert.Equal("a.md", Assert.Single(answer).Path);
        Assert.Contains(ErrorCode.NoKnownTokens, Assert.Single(answer.Notes), StringComparison.Ordinal);
        Assert.Equal(
            ErrorCode.NoKnownTokens,
            (
                await Assert.ThrowsAsync<SimileException>(() =>
                    searcher.SearchAsync(Content.Of("猫"), new SearchOptions { Mode = SearchMode.Dense })
                )
            ).Code
        );
        Assert.Equal(
            ErrorCode.NoKnownTokens,
            (await Assert.ThrowsAsync<SimileException>(() => searcher.SearchAsync(Content.Of("?!")))).Code
        );
        var wordsOnly = await Searcher.OpenAsync(store, null);
        Assert.Single((await wordsOnly.SearchAsync(Content.Of("dog"))).Notes);
        Assert.Empty((await wordsOnly.SearchAsync(Content.Of("dog"), new SearchOptions { Mode = SearchMode.Keyword })).Notes);
    }

    [Fact]
    public async Task AStoreWithoutVectorsIsSearchedByWords()
    {
        using var store = SqliteChunkStore.OpenInMemory();
        await store.EnsureSpaceAsync(LetterEmbedder.TheSpace);
        var searcher = await Searcher.OpenAsync(store, new ContentEmbedder(new LetterEmbedder(), null));
        Assert.Contains("empty", Assert.Single((await searcher.SearchAsync(Content.Of("cat"))).Notes), StringComparison.Ordinal);
        await store.ReplaceAsync([new IndexedFile("a.md", "v", [new Chunk("cat", 1, 1, string.Empty)], [ReadOnlyMemory<float>.Empty])]);
        var answer = await searcher.SearchAsync(Content.Of("cat"));
        Assert.Single(answer);
        Assert.Contains("None of the 1 passages", Assert.Single(answer.Notes), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnIndexOfAnotherRecipeIsToldWithBoth()
    {
        using var store = SqliteChunkStore.OpenInMemory();
        var embedder = new LetterEmbedder();
        await store.EnsureSpaceAsync(embedder.Space);
        await store.ReplaceAsync([
            FileOf("a.md", "cat") with
            {
                Fingerprint = "content:cut:0123456789abcdef",
            },
            FileOf("b.md", "dog") with
            {
                Fingerprint = "content:cut:" + embedder.Recipe.Digest,
            },
        ]);
        var note = Assert.Single(
            (await (await Searcher.OpenAsync(store, new ContentEmbedder(embedder, null))).SearchAsync(Content.Of("cat"))).Notes
        );
        Assert.Contains("1 of 2 files", note, StringComparison.Ordinal);
        Assert.Contains("0123456789ab", note, StringComparison.Ordinal);
        Assert.Contains(embedder.Recipe.Digest[..12], note, StringComparison.Ordinal);
    }

    // Every column of every table, with what does not belong there: answers that are right, or an error with a code.
    [Theory]
    [InlineData("vectors", "value")]
    [InlineData("vectors", "id")]
    [InlineData("chunks", "file")]
    [InlineData("chunks", "start_line")]
    [InlineData("chunks", "end_line")]
    [InlineData("chunks", "heading")]
    [InlineData("chunks", "text")]
    [InlineData("chunks", "id")]
    [InlineData("files", "path")]
    [InlineData("files", "fingerprint")]
    [InlineData("files", "id")]
    [InlineData("facts", "value")]
    [InlineData("facts", "name")]
    [InlineData("metadata", "chunk")]
    [InlineData("metadata", "name")]
    [InlineData("metadata", "value")]
    [InlineData("removed", "number")]
    [InlineData("removed", "chunk")]
    public async Task DamagedValuesGiveNoWrongAnswers(string table, string column)
    {
        foreach (
            var value in (string[])
                [
                    "NULL",
                    "x''",
                    "x'00'",
                    "x'0000c07f0000c07f0000c07f'",
                    "zeroblob(100000)",
                    "'text'",
                    "-1",
                    "9223372036854775807",
                    "-9223372036854775808",
                    "1e300",
                    "''",
                    "'99999999999'",
                ]
        )
        {
            File.Delete(StorePath);
            await PutAsync(("a.md", "cat"), ("b.md", "dog"), ("c.md", "cow"));
            await PutAsync(("d.md", "cow"));
            await PutAsync(("d.md", "cow"));
            Damage(
                $"UPDATE {table} SET {column} = {value} WHERE rowid = 2 OR '{table}' = 'facts'",
                $"UPDATE {table} SET {column} = {value}"
            );
            try
            {
                using var store = SqliteChunkStore.Open(StorePath, create: false);
                foreach (var mode in Enum.GetValues<SearchMode>())
                {
                    var searcher = await Searcher.OpenAsync(store, new ContentEmbedder(new LetterEmbedder(), null));
                    Assert.All(
                        await searcher.SearchAsync(
                            Content.Of("cat"),
                            new SearchOptions { Mode = mode, Filter = ChunkFilter.Equal("kind", "dog") }
                        ),
                        hit => Assert.NotEqual("cow", hit.Text)
                    );
                    foreach (var hit in await searcher.SearchAsync(Content.Of("cat"), new SearchOptions { Mode = mode }))
                    {
                        Assert.True(double.IsFinite(hit.Score) && hit.StartLine >= 0, $"{table}.{column} = {value}");
                        Assert.True(
                            hit.Text != "cat" || mode == SearchMode.Keyword || hit.Cosine is null or > 0.99,
                            $"{table}.{column} = {value}"
                        );
                    }
                }

                await store.ListFilesAsync();
            }
            catch (SimileException error)
            {
                Assert.Contains(error.Code, (string[])[ErrorCode.BadStore, ErrorCode.IndexOfAnotherSpace]);
            }
        }
    }

    public void Dispose() => _folder.Dispose();

    private static IndexedFile FileOf(string path, string text) =>
        new(
            path,
            "v",
            [
                new Chunk(text, 1, 1, string.Empty)
                {
                    Metadata = new Dictionary<string, MetadataValue> { ["kind"] = text, ["length"] = text.Length },
                },
            ],
            [LetterEmbedder.VectorOf(text)]
        );

    private async Task PutAsync(params (string Path, string Text)[] files)
    {
        using var store = SqliteChunkStore.Open(StorePath, create: true);
        await store.EnsureSpaceAsync(LetterEmbedder.TheSpace);
        await store.ReplaceAsync([.. files.Select(file => FileOf(file.Path, file.Text))]);
    }

    // Constraints keep some values out; tables without them take all.
    private void Damage(params string[] statements)
    {
        Sql.Run(
            StorePath,
            "PRAGMA writable_schema=1; UPDATE sqlite_schema SET sql = replace(replace(sql, ' NOT NULL', ''), ' UNIQUE', '') WHERE "
                + "name IN ('chunks', 'vectors', 'facts', 'metadata', 'removed')"
        );
        foreach (var statement in statements)
        {
            try
            {
                Sql.Run(StorePath, statement);
                return;
            }
            catch (Microsoft.Data.Sqlite.SqliteException)
            {
                // SQLite itself refuses this value here, or the table has no rowid.
            }
        }
    }

    /// <summary>Embeds a text by its first word: cat and dog are at right angles.</summary>
    private sealed class LetterEmbedder : IEmbedder<string>
    {
        public static EmbeddingSpace TheSpace { get; } = new("letters@1", 3, unitLength: true, SimilarityMetric.Cosine);

        public EmbeddingSpace Space => TheSpace;

        public EmbeddingRecipe Recipe { get; } = EmbeddingRecipe.Of(("test", "letters"));

        public static float[] VectorOf(string text) =>
            text.Split(' ')[0] switch
            {
                "cat" => [1, 0, 0],
                "dog" => [0, 1, 0],
                _ => [0, 0, 1],
            };

        public ValueTask<EmbeddingBatch> EmbedAsync(
            IReadOnlyList<string> inputs,
            EmbedOptions? options = null,
            CancellationToken cancellationToken = default
        )
        {
            var outcomes = inputs
                .Select(text =>
                    char.IsAsciiLetter(text[0])
                        ? new EmbeddingOutcome(1, 1)
                        : new EmbeddingOutcome(0, 0, new SimileException(ErrorCode.NoKnownTokens, $"No token of '{text}' is known."))
                )
                .ToArray();
            return ValueTask.FromResult(new EmbeddingBatch(Space, [.. inputs.SelectMany(VectorOf)], outcomes));
        }
    }
}
