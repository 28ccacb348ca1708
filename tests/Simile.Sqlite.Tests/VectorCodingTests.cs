using Simile.Ingestion;
using Simile.Search;
using Simile.Text;
using Simile.Vectors;

namespace Simile.Sqlite.Tests;

/// <summary>Vectors that are held in memory as codes: answers are those of the floats.</summary>
public sealed class VectorCodingTests
{
    private static readonly CancellationToken Stop = TestContext.Current.CancellationToken;

    // Sentences of the sample documents and of the documentation, in the vectors of the shipped model.
    [Theory]
    [InlineData(VectorCoding.Int8, 0.995)]
    [InlineData(VectorCoding.Binary, 0.95)]
    public async Task CodesFindWhatFloatsFind(VectorCoding coding, double recall)
    {
        var sentences = SentencesOf("samples", "docs", "README.md", "src");
        Assert.InRange(sentences.Count, 3000, 100_000);
        await using var embedder = await TextEmbedder.LoadAsync(RepositoryRoot.Find("models", "simile-text-mini"));
        using var exact = await FillAsync(embedder, sentences, VectorCoding.Float32);
        using var coded = await FillAsync(embedder, sentences, coding);
        var (found, wanted) = (0, 0);
        for (var i = 0; i < sentences.Count; i += sentences.Count / 200)
        {
            var query = (await embedder.EmbedAsync([sentences[i]], new EmbedOptions { Purpose = EmbedPurpose.Query }, Stop)).Block;
            var best = await exact.SearchVectorsAsync(query, 10, null, Stop);
            var near = await coded.SearchVectorsAsync(query, 10, null, Stop);
            Assert.All(
                near,
                chunk =>
                    Assert.True(
                        best.All(other => other.Id != chunk.Id || other.Score.Equals(chunk.Score)),
                        "A score is not that of the floats."
                    )
            );
            (found, wanted) = (found + near.Count(chunk => best.Any(other => other.Id == chunk.Id)), wanted + best.Count);
        }

        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{coding}: recall@10 {(double)found / wanted:F4} over {sentences.Count} sentences"
        );
        Assert.InRange((double)found / wanted, recall, 1);
    }

    // The scale of 8-bit codes is measured anew while there are few: an index that grows one by one is as good as one that is read whole.
    [Theory]
    [InlineData(VectorCoding.Int8, 98)]
    [InlineData(VectorCoding.Binary, 80)]
    public async Task AnIndexThatGrowsIsSearchedAsOneThatIsRead(VectorCoding coding, int least)
    {
        var random = new Random(11);
        using var store = SqliteChunkStore.OpenInMemory(
            new SqliteChunkStoreOptions
            {
                Vectors = new VectorIndexOptions { Coding = coding, Oversampling = 8 },
            }
        );
        await store.EnsureSpaceAsync(new EmbeddingSpace("test", 64, unitLength: true, SimilarityMetric.Cosine), Stop);
        var kept = new List<float[]>();
        for (var round = 0; round < 60; round++)
        {
            var added = Enumerable.Range(0, 5).Select(_ => VectorOf(random)).ToArray();
            await store.ReplaceAsync([.. added.Select((vector, i) => FileOf($"{kept.Count + i}", "word", vector))], Stop);
            kept.AddRange(added);
            Assert.Equal(kept.Count, (await store.SummarizeAsync(Stop)).Vectors);
        }

        await store.RemoveAsync([.. Enumerable.Range(0, 50).Select(i => $"{i}")], Stop);
        var (found, query) = (0, VectorOf(random));
        for (var round = 0; round < 20; round++, query = VectorOf(random))
        {
            var best = kept.Skip(50).Select(vector => (double)Similarity.Dot(query, vector)).OrderDescending().Take(5).ToArray();
            found += (await store.SearchVectorsAsync(query, 5, null, Stop)).Count(chunk => best.Contains(chunk.Score));
        }

        Assert.InRange(found, least, 100);
    }

    [Fact]
    public async Task CodesThatCannotChooseAreRefused()
    {
        (SimilarityMetric Metric, VectorCoding Coding)[] bad =
        [
            (SimilarityMetric.Euclidean, VectorCoding.Int8),
            (SimilarityMetric.Manhattan, VectorCoding.Binary),
            (SimilarityMetric.Dot, VectorCoding.Binary),
        ];
        foreach (var (metric, coding) in bad)
        {
            using var store = SqliteChunkStore.OpenInMemory(
                new SqliteChunkStoreOptions { Vectors = new VectorIndexOptions { Coding = coding } }
            );
            await store.EnsureSpaceAsync(new EmbeddingSpace("test", 2, unitLength: false, metric), Stop);
            Assert.Equal(
                ErrorCode.InvalidOption,
                (await Assert.ThrowsAsync<SimileException>(() => store.SearchVectorsAsync(new float[2], 1, null, Stop).AsTask())).Code
            );
        }

        Assert.Equal(
            ErrorCode.InvalidOption,
            Assert
                .Throws<SimileException>(() =>
                    SqliteChunkStore.OpenInMemory(new SqliteChunkStoreOptions { Vectors = new VectorIndexOptions { Threads = 0 } })
                )
                .Code
        );
        Assert.Equal(
            ErrorCode.InvalidOption,
            Assert
                .Throws<SimileException>(() =>
                    SqliteChunkStore.OpenInMemory(new SqliteChunkStoreOptions { Vectors = new VectorIndexOptions { Oversampling = 0 } })
                )
                .Code
        );
        Assert.Equal(
            ErrorCode.InvalidOption,
            Assert.Throws<SimileException>(() => SqliteChunkStore.OpenInMemory(new SqliteChunkStoreOptions { MaxReaders = 0 })).Code
        );
    }

    // Cosines of vectors that are not of unit length: codes are of their directions.
    [Theory]
    [InlineData(VectorCoding.Int8)]
    [InlineData(VectorCoding.Binary)]
    public async Task LengthsDoNotMatterToCosines(VectorCoding coding)
    {
        var random = new Random(3);
        using var store = SqliteChunkStore.OpenInMemory(
            new SqliteChunkStoreOptions { Vectors = new VectorIndexOptions { Coding = coding } }
        );
        await store.EnsureSpaceAsync(new EmbeddingSpace("test", 64, unitLength: false, SimilarityMetric.Cosine), Stop);
        await store.ReplaceAsync(
            [
                .. Enumerable
                    .Range(0, 300)
                    .Select(i =>
                        FileOf(
                            $"{i}",
                            "word",
                            Array.ConvertAll(VectorOf(random), value => value * (float)Math.Pow(10, random.Next(-10, 10)))
                        )
                    ),
            ],
            Stop
        );
        var all = await store.ReadAllAsync();
        var query = VectorOf(random);
        var expected = all.Select(file => (double)Similarity.Cosine(query, file.Vectors[0].Span)).Max();
        Assert.Equal(expected, (await store.SearchVectorsAsync(query, 1, null, Stop))[0].Score);
    }

    private static float[] VectorOf(Random random)
    {
        float[] vector = [.. Enumerable.Range(0, 64).Select(_ => (float)random.NextDouble() - 0.5f)];
        UnitLength.Normalize(vector);
        return vector;
    }

    private static IndexedFile FileOf(string path, string text, ReadOnlyMemory<float> vector) =>
        new(path, "v", [new Chunk(text, 1, 1, string.Empty)], [vector]);

    private static async Task<SqliteChunkStore> FillAsync(TextEmbedder embedder, List<string> sentences, VectorCoding coding)
    {
        var store = SqliteChunkStore.OpenInMemory(new SqliteChunkStoreOptions { Vectors = new VectorIndexOptions { Coding = coding } });
        await store.EnsureSpaceAsync(embedder.Space, Stop);
        var batch = await embedder.EmbedAsync(sentences, new EmbedOptions { Purpose = EmbedPurpose.Document }, Stop);
        await store.ReplaceAsync(
            [
                .. sentences.Select(
                    (text, i) =>
                        FileOf(
                            text,
                            text,
                            batch.Outcomes[i].Succeeded ? batch.Block.Slice(i * batch.Dimensions, batch.Dimensions) : default
                        )
                ),
            ],
            Stop
        );
        return store;
    }

    private static List<string> SentencesOf(params string[] places)
    {
        string[] endings = [".md", ".txt", ".cs"];
        var files = places
            .Select(place => RepositoryRoot.Find(place))
            .SelectMany(path => File.Exists(path) ? [path] : Directory.GetFiles(path, "*", SearchOption.AllDirectories));
        var lines = files
            .Where(path => endings.Contains(Path.GetExtension(path)) && !path.Contains("/obj/", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .SelectMany(File.ReadLines);
        return
        [
            .. lines
                .Select(line => line.Trim(' ', '/'))
                .Where(line => line.Length > 40 && line.Count(char.IsLetter) > 30)
                .Distinct(StringComparer.Ordinal)
                .Take(20_000),
        ];
    }
}
