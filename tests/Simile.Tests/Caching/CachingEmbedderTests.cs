using Simile.Caching;
using Simile.Images;
using Simile.Imaging;
using Simile.Multimodal;
using Simile.Vectors;

namespace Simile.Tests.Caching;

public class CachingEmbedderTests
{
    private readonly CountingEmbedder _inner = new();
    private readonly MemoryCache _cache = new();
    private readonly List<CachingEvent> _events = [];

    private CachingEmbedder<string> Embedder =>
        field ??= CachingEmbedder.Over(_inner, _cache, new CachingOptions { Observer = _events.Add });

    [Fact]
    public async Task OnlyWhatIsMissingIsEmbeddedAndEveryRowIsTheOneWithoutACache()
    {
        string[] texts = ["a", "b", "a", "bad", "c", "\ud800", "b", "\ud800\ud800", "bad", ""];
        await AssertSameAsWithout(["b", "\ud800"]);
        await AssertSameAsWithout(texts);
        Assert.Equal(["b", "\ud800", "a", "bad", "c", "\ud800\ud800", ""], _inner.Embedded);
        Assert.Equal(new CachingEvent(10, 2, 5, 0, 3, null), _events[^1]);
        await AssertSameAsWithout(texts);
        Assert.Equal("bad", Assert.Single(_inner.Embedded.Skip(7)));
        Assert.Equal(new CachingEvent(10, 6, 1, 0, 3, null), _events[^1]);
    }

    [Fact]
    public async Task EachPurposeLimitLengthAndDimensionHasItsOwnEntry()
    {
        EmbedOptions[] all =
        [
            new(),
            new() { Purpose = EmbedPurpose.Query },
            new() { Purpose = EmbedPurpose.Document },
            new() { MaxTokens = 3 },
            new() { MaxTokens = 4 },
            new() { Dimensions = 4 },
            new() { Normalize = false },
            new() { Dimensions = 4, Normalize = false },
        ];
        for (var round = 0; round < 2; round++)
        {
            foreach (var options in all)
            {
                await AssertSameAsWithout(["some words"], options);
            }
        }

        Assert.Equal(all.Length, _inner.Embedded.Count);

        // Said or left out, the model's own dimensions and length are the same.
        await AssertSameAsWithout(["some words"], new EmbedOptions { Dimensions = CountingEmbedder.Length, Normalize = true });
        Assert.Equal(all.Length, _inner.Embedded.Count);
    }

    [Fact]
    public async Task ModelsDoNotAnswerForEachOther()
    {
        var other = new CountingEmbedder { Recipe = EmbeddingRecipe.Of(("network", "other")) };
        await Embedder.EmbedAsync(["a"]);
        await CachingEmbedder.Over(other, _cache).EmbedAsync(["a"]);
        Assert.Single(other.Embedded);
    }

    [Fact]
    public async Task NullsAreFailedRowsAndNeverCached()
    {
        await AssertSameAsWithout(["a", null!, "b", null!]);
        await AssertSameAsWithout([null!, "a"]);
        Assert.Equal(["a", "b", null!, null!, null!], _inner.Embedded);
        Assert.Empty(await Embedder.EmbedAsync([]));
    }

    [Fact]
    public async Task AVectorOfAnotherLengthIsAMissAndIsReplaced()
    {
        var key = new TextKey().KeyOf("a", new CallKey(_inner.Recipe, _inner.Space, EmbedOptions.Default))!.Value;
        await _cache.SetAsync([new CacheEntry(key, new CachedEmbedding(new float[3], 1, 1, false))]);
        await AssertSameAsWithout(["a"]);
        await AssertSameAsWithout(["a"]);
        Assert.Single(_inner.Embedded);
    }

    [Fact]
    public async Task SixteenBitsKeepUnitLengthAndTheirBound()
    {
        var small = CachingEmbedder.Over(_inner, new MemoryCache(new MemoryCacheOptions { Precision = CachePrecision.Float16 }));
        var texts = Enumerable.Range(0, 200).Select(i => $"text {i}").ToArray();
        var exact = await small.EmbedAsync(texts);
        var again = await small.EmbedAsync(texts);
        Assert.Equal(200, _inner.Embedded.Count);
        for (var i = 0; i < texts.Length; i++)
        {
            Assert.InRange(Math.Sqrt(Similarity.Dot(again[i], again[i])), 1 - 1e-6, 1 + 1e-6);
            Assert.InRange(Similarity.Euclidean(exact[i], again[i]), 0, MathF.Pow(2, -11));
        }
    }

    [Fact]
    public async Task ACacheThatFailsIsGoneWithout()
    {
        var broken = CachingEmbedder.Over(_inner, new BrokenCache(), new CachingOptions { Observer = _events.Add });
        Assert.True((await broken.EmbedAsync(["a", "b"])).Outcomes[1].Succeeded);
        Assert.Equal(ErrorCode.CacheUnavailable, _events.Single().CacheError!.Code);
        Assert.Equal(2, _events.Single().Embedded);
    }

    [Fact]
    public async Task PicturesAreToldApartByFileBytesOrPixels()
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllBytesAsync(folder.File("a.png"), [1, 2, 3]);
        await File.WriteAllBytesAsync(folder.File("b.png"), [1, 2, 3]);
        var (key, call) = (new ContentKey(), new CallKey(_inner.Recipe, _inner.Space, EmbedOptions.Default));
        CacheKey? Of(ImageInput image) => key.KeyOf(Content.Of(image), call);
        Assert.Equal(Of(ImageInput.FromFile(folder.File("a.png"))), Of(ImageInput.FromFile(folder.File("b.png"))));
        Assert.Equal(Of(ImageInput.FromFile(folder.File("a.png"))), Of(ImageInput.FromBytes(new byte[] { 1, 2, 3 })));
        Assert.NotEqual(
            Of(ImageInput.FromPixels(new RgbImage(2, 1, new byte[6]))),
            Of(ImageInput.FromPixels(new RgbImage(1, 2, new byte[6])))
        );
        Assert.NotEqual(key.KeyOf(Content.Of("\u0001\u0002"), call), Of(ImageInput.FromBytes(new byte[] { 1, 0, 2, 0 })));
        Assert.Null(Of(ImageInput.FromFile(folder.File("none.png"))));
        Assert.True(key.MayChange(Content.Of(ImageInput.FromFile("x"))));
        Assert.False(key.MayChange(Content.Of("x")));
    }

    [Fact]
    public void TextsWithPicturesAreToldApartByBothAndByWhichIsThere()
    {
        var (key, call) = (new MultimodalKey(), new CallKey(_inner.Recipe, _inner.Space, EmbedOptions.Default));
        ImageInput one = ImageInput.FromBytes(new byte[] { 1 }),
            two = ImageInput.FromBytes(new byte[] { 2 });
        MultimodalInput[] inputs =
        [
            new("a"),
            new("b"),
            new("a", one),
            new("b", one),
            new("a", two),
            new(null, one),
            new(null, two),
            new(string.Empty, one),
            new(string.Empty),
        ];
        Assert.Equal(inputs.Length, inputs.Select(input => key.KeyOf(input, call)!.Value).Distinct().Count());
        Assert.Equal(key.KeyOf(new("a", one), call), key.KeyOf(new("a", ImageInput.FromBytes(new byte[] { 1 }, "another name")), call));
        Assert.Null(key.KeyOf(new(null), call));
        Assert.Null(key.KeyOf(new("a", ImageInput.FromFile("/none.png")), call));
    }

    [Fact]
    public async Task AnInputThatChangesMeanwhileIsNotKept()
    {
        var key = new ChangingKey();
        var embedder = new CachingEmbedder<string>(_inner, _cache, key);
        _inner.Before = (_, _) => Task.FromResult(key.Content++);
        await embedder.EmbedAsync(["file"]);
        Assert.Equal(0, _cache.Tiers[0].Entries);
        _inner.Before = (_, _) => Task.CompletedTask;
        await embedder.EmbedAsync(["file"]);
        Assert.Equal(1, _cache.Tiers[0].Entries);
    }

    private async Task AssertSameAsWithout(string[] texts, EmbedOptions? options = null)
    {
        var (ours, wanted) = (await Embedder.EmbedAsync(texts, options), await new CountingEmbedder().EmbedAsync(texts, options));
        Assert.Equal(wanted.Space, ours.Space);
        Assert.Equal(wanted.Block.ToArray(), ours.Block.ToArray());
        for (var i = 0; i < texts.Length; i++)
        {
            Assert.Equal(wanted.Outcomes[i] with { Error = null }, ours.Outcomes[i] with { Error = null });
            Assert.Equal(wanted.Outcomes[i].Error?.Message, ours.Outcomes[i].Error?.Message);
        }
    }

    private sealed class ChangingKey : IInputKey<string>
    {
        public int Content { get; set; }

        public CacheKey? KeyOf(string input, CallKey call) => call.Of(1, [(byte)Content]);

        public bool MayChange(string input) => true;
    }

    private sealed class BrokenCache : IEmbeddingCache
    {
        public IReadOnlyList<CacheTier> Tiers => [];

        public ValueTask GetAsync(
            ReadOnlyMemory<CacheKey> keys,
            Memory<CachedEmbedding?> found,
            CancellationToken cancellationToken = default
        ) => throw new SimileException(ErrorCode.CacheUnavailable, "The disk is gone.");

        public ValueTask SetAsync(IReadOnlyList<CacheEntry> entries, CancellationToken cancellationToken = default) =>
            throw new SimileException(ErrorCode.CacheUnavailable, "The disk is gone.");

        public void Dispose() { }
    }
}
