using Simile.Ingestion;
using Simile.Search;

namespace Simile.Testing;

/// <summary>How chunks are found by their words.</summary>
public abstract partial class ChunkStoreSuite<TStore>
{
    [Fact]
    public async Task WordsSideBySideComeBeforeTheSameWordsApart()
    {
        using var store = await OpenAsync();
        await store.ReplaceAsync(
            [
                Document("apart", ("The layer of dust at boundary was thin.", [1, 0, 0, 0])),
                Document("turned", ("The layer boundary of dust was at thin.", [1, 0, 0, 0])),
                Document("together", ("The boundary layer of dust was at thin.", [1, 0, 0, 0])),
            ],
            Stop
        );
        var found = await store.SearchWordsAsync("a boundary layer", 3, null, Stop);
        Assert.Equal(["together", "apart", "turned"], await PathsAsync(store, found));
        Assert.True(found[0].Score > found[1].Score);
        Assert.Equal(found[0], Assert.Single(await store.SearchWordsAsync("a boundary layer", 1, null, Stop)));
        Assert.Equal(found[1].Score, (await store.SearchWordsAsync("layer at a boundary", 3, null, Stop))[1].Score, Close);
    }

    [Fact]
    public async Task AWordOfAHeadingCountsMoreThanOneOfTheText()
    {
        using var store = await OpenAsync();
        await store.ReplaceAsync(
            [
                new IndexedFile("text", "v", [new Chunk("Owls hoot.", 1, 1, "Birds")], [new float[] { 1, 0, 0, 0 }]),
                new IndexedFile("heading", "v", [new Chunk("Birds hoot.", 1, 1, "Owls")], [new float[] { 1, 0, 0, 0 }]),
            ],
            Stop
        );
        Assert.Equal(["heading", "text"], await PathsAsync(store, await store.SearchWordsAsync("owls", 2, null, Stop)));
    }

    [Theory]
    [InlineData("\" OR 1=1; DROP TABLE chunks; --")]
    [InlineData("NEAR(a b) AND (")]
    [InlineData("text:stale* ^bread - NOT")]
    [InlineData("'; \u0000 \ud800 stale")]
    [InlineData("")]
    [InlineData("?!")]
    public async Task NothingInAQueryIsSyntax(string query)
    {
        using var store = await OpenAsync();
        await store.ReplaceAsync([Document("a", ("Bread goes stale.", [1, 0, 0, 0]))], Stop);
        Assert.Equal(
            query.Contains("stale", StringComparison.Ordinal) ? 1 : 0,
            (await store.SearchWordsAsync(query, 10, null, Stop)).Count
        );
    }
}
