using Simile.Multimodal;
using Simile.Search;
using Simile.Text;

namespace Simile.Sqlite.Tests;

/// <summary>Index and search over the real store and the shipped model.</summary>
public sealed class IndexBuilderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task OnlyWhatChangedIsDoneAgain()
    {
        Write("a.md", "# Bread\nA loaf goes hard in the cold.");
        Write("b.txt", "Cats purr when they are content.");
        Assert.Equal((2, 2, 0, 2), Figures(await BuildAsync()));
        Assert.Equal((2, 0, 0, 0), Figures(await BuildAsync()));
        Write("b.txt", "Dogs bark.");
        Write("c.txt", "Owls hoot at night.");
        File.Delete(_folder.File("docs", "a.md"));
        Assert.Equal((2, 2, 1, 2), Figures(await BuildAsync()));
        using var store = SqliteChunkStore.Open(_folder.File("i.db"), create: false);
        Assert.Equal(["Dogs bark.", "Owls hoot at night."], store.ReadVectors().Ids.Select(id => store.Read(id)!.Chunk.Text).Order());
    }

    [Fact]
    public async Task ABadFileIsOneProblem()
    {
        Write("good.txt", "Cats purr when they are content.");
        File.WriteAllBytes(_folder.File("docs", "bad.txt"), [0x68, 0xFF]);
        Write("empty.txt", string.Empty);
        Write("strange.txt", "\u0001\u0002");
        var report = await BuildAsync();
        Assert.Equal(4, report.Files);
        Assert.Equal(1, report.Problems.Count(problem => problem.Error.Code == ErrorCode.UnreadableDocument));
        using var store = SqliteChunkStore.Open(_folder.File("i.db"), create: false);
        Assert.Single(store.ReadVectors().Ids);
    }

    [Theory]
    [InlineData(SearchMode.Dense)]
    [InlineData(SearchMode.Keyword)]
    [InlineData(SearchMode.Hybrid)]
    public async Task TheRightPassageComesFirst(SearchMode mode)
    {
        Write("bread.md", "# Bread\nA loaf becomes stale when it is kept in the cold.");
        Write("cats.md", "# Cats\nA kitten purrs when it is content.");
        Write("tides.md", "# Tides\nThe moon pulls the sea.");
        await BuildAsync();
        using var store = SqliteChunkStore.Open(_folder.File("i.db"), create: false);
        var searcher = Searcher.Open(store, new ContentEmbedder(await Embedder(), null));
        var hits = await searcher.SearchAsync(Content.Of("why does bread go stale"), new SearchOptions { Mode = mode });
        Assert.Equal((1, "Bread", 2, 2), (hits[0].Rank, hits[0].Heading, hits[0].StartLine, hits[0].EndLine));
        Assert.EndsWith("bread.md", hits[0].Path, StringComparison.Ordinal);
    }

    [Fact]
    public void FusionIsThatOfThePapers()
    {
        ScoredChunk[] dense = [new(1, 0.9), new(2, 0.5)], keyword = [new(2, 7), new(3, 3)];
        var reciprocal = new ReciprocalRankFusion { K = 60, DenseWeight = 1 }.Fuse(dense, keyword, new HashSet<long>());
        Assert.Equal([2L, 1, 3], reciprocal.Select(chunk => chunk.Id));
        Assert.Equal((1.0 / 62) + (1.0 / 61), reciprocal[0].Score, 1e-12);
        var convex = new ScoreFusion { DenseWeight = 0.25 }.Fuse(dense, keyword, new HashSet<long>());
        Assert.Equal([(2L, 0.75), (1, 0.25), (3, 0)], convex.Select(chunk => (chunk.Id, chunk.Score)));
    }

    // 4 is a picture whose name has no word of the query, 5 one whose name has, 6 one that is far off.
    [Fact]
    public void APicturesPlaceByMeaningStandsForWordsThatItLacks()
    {
        ScoredChunk[] dense = [new(4, 0.9), new(1, 0.5), new(5, 0.4), new(6, 0.3)], keyword = [new(5, 7), new(1, 3)];
        var reciprocal = new ReciprocalRankFusion { K = 20, DenseWeight = 0.5 }.Fuse(dense, keyword, new HashSet<long> { 4, 5, 6 });
        Assert.Equal([(4L, 1.5 / 21), (5, (0.5 / 23) + (1.0 / 21)), (1, (0.5 / 22) + (1.0 / 22)), (6, 0.5 / 24)], reciprocal.Select(chunk => (chunk.Id, chunk.Score)));
        var convex = new ScoreFusion { DenseWeight = 0.25 }.Fuse(dense, keyword, new HashSet<long> { 4, 5, 6 });
        Assert.Equal([4L, 5, 1, 6], convex.Select(chunk => chunk.Id));
        Assert.Equal(1, convex[0].Score);
    }

    public void Dispose() => _folder.Dispose();

    private static Task<TextEmbedder> Embedder() => TextEmbedder.LoadAsync(RepositoryRoot.Find("models", "simile-text-mini"));

    private static (int, int, int, int) Figures(IndexReport report) => (report.Files, report.Changed, report.Removed, report.Chunks);

    private void Write(string name, string content)
    {
        Directory.CreateDirectory(_folder.File("docs"));
        File.WriteAllText(_folder.File("docs", name), content);
    }

    private async Task<IndexReport> BuildAsync()
    {
        var embedder = await Embedder();
        using var store = SqliteChunkStore.Open(_folder.File("i.db"), create: true);
        return await new IndexBuilder(store, new ContentEmbedder(embedder, null), embedder.Tokenizer).BuildAsync([_folder.File("docs")]);
    }
}
