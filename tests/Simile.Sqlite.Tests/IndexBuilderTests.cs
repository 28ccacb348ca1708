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
        Assert.Equal(
            ["Dogs bark.", "Owls hoot at night."],
            (await store.ReadAllAsync()).SelectMany(file => file.Chunks).Select(chunk => chunk.Text).Order()
        );
    }

    [Fact]
    public async Task ABadFileIsOneProblemAtEveryRun()
    {
        Write("good.txt", "Cats purr when they are content.");
        File.WriteAllBytes(_folder.File("docs", "bad.txt"), [0x68, 0, 0x69]);
        Write("rows.jsonl", "{\"text\":\"Owls hoot at night.\"}\n{\"text\":\n{\"text\":\"Dogs bark.\"}\n");
        Write("empty.txt", string.Empty);
        Write("strange.txt", "\u0001\u0002 \u16A0\u16A1");
        foreach (var changed in (int[])[4, 0])
        {
            var report = await BuildAsync();
            Assert.Equal((5, changed, 4 - changed, 1), (report.Files, report.Changed, report.Unchanged, report.Unread));
            Assert.Equal(
                ["bad.txt", "rows.jsonl"],
                report.Problems.Select(problem => Path.GetFileName(problem.Path)).Order(StringComparer.Ordinal)
            );
            Assert.StartsWith(
                "Line 2 ",
                report.Problems.Single(problem => problem.Path.EndsWith("rows.jsonl", StringComparison.Ordinal)).Error!.Description,
                StringComparison.Ordinal
            );
            Assert.Equal((1, 1), (report.Empty, report.WithoutVector));
        }

        using var store = SqliteChunkStore.Open(_folder.File("i.db"), create: false);
        Assert.Equal(3, (await store.SummarizeAsync()).Vectors);
    }

    [Fact]
    public async Task WhatCannotBeSeenJustNowStays()
    {
        Write("a.txt", "Cats purr.");
        Write("b.txt", "Dogs bark.");
        await BuildAsync();
        File.WriteAllBytes(_folder.File("docs", "a.txt"), [0x25, 0x50, 0x44, 0x46, 0x2D]);
        var unread = await BuildAsync();
        Assert.Equal((2, 0, 1, 1, 0), (unread.Files, unread.Changed, unread.Unchanged, unread.Unread, unread.Removed));
        File.Delete(_folder.File("docs", "a.txt"));
        File.Delete(_folder.File("docs", "b.txt"));
        await AllStay();
        Directory.Delete(_folder.File("docs"));
        await AllStay();
        Assert.Equal(2, (await BuildAsync(prune: true)).Removed);
        Assert.Equal(ErrorCode.PathNotFound, (await Assert.ThrowsAsync<SimileException>(() => BuildAsync())).Code);
    }

    [Fact]
    public async Task APipeIsPassedOverAndABadNameCostsItself()
    {
        Write("a.txt", "Cats purr.");
        Write("b.pdf", "%PDF");
        await ShellAsync("mkfifo p.txt && d=$(printf 'bad\\377') && mkdir \"$d\" && echo x > \"$d/x.txt\" && ln -s . loop");
        var report = await BuildAsync();
        Assert.Equal((1, 1), (report.Files, report.Changed));
        Assert.Equal(
            [".pdf", "linked folder", "named pipe"],
            report.PassedOver.Select(passed => passed.Message).Order(StringComparer.Ordinal)
        );
        Assert.Contains("UTF-8", Assert.Single(report.Problems).Error!.Message, StringComparison.Ordinal);
        Assert.Equal(
            ErrorCode.NotARegularFile,
            Assert.Single((await BuildAsync(path: _folder.File("docs", "p.txt"))).Problems).Error!.Code
        );

        // .NET can neither make nor remove such names.
        await ShellAsync("rm -r bad*");
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
        var searcher = await Searcher.OpenAsync(store, new ContentEmbedder(await Embedder(), null));
        var hits = await searcher.SearchAsync(Content.Of("why does bread go stale"), new SearchOptions { Mode = mode });
        Assert.Equal((1, "Bread", 2, 2), (hits[0].Rank, hits[0].Heading, hits[0].StartLine, hits[0].EndLine));
        Assert.EndsWith("bread.md", hits[0].Path, StringComparison.Ordinal);
    }

    [Fact]
    public void FusionIsThatOfThePapers()
    {
        ScoredChunk[] dense = [new(1, 0.9), new(2, 0.5)],
            keyword = [new(2, 7), new(3, 3)];
        var reciprocal = new ReciprocalRankFusion { K = 60, DenseWeight = 1 }.Fuse(dense, keyword, new HashSet<long>());
        Assert.Equal([2L, 1, 3], reciprocal.Select(chunk => chunk.Id));
        Assert.Equal((1.0 / 62) + (1.0 / 61), reciprocal[0].Score, 1e-12);
        var convex = new ScoreFusion { DenseWeight = 0.25 }.Fuse(dense, keyword, new HashSet<long>());
        Assert.Equal([2L, 3, 1], convex.Select(chunk => chunk.Id));
        Assert.Equal([(0.25 * 0.5 / 0.9) + 0.75, 0.75 * 3 / 7, 0.25], convex.Select(chunk => chunk.Score), Comparer);
    }

    // 4 is a picture whose name has no word of the query, 5 one whose name has, 6 one that is far off.
    [Fact]
    public void APicturesPlaceByMeaningStandsForWordsThatItLacks()
    {
        ScoredChunk[] dense = [new(4, 0.9), new(1, 0.5), new(5, 0.4), new(6, 0.3)],
            keyword = [new(5, 7), new(1, 3)];
        var reciprocal = new ReciprocalRankFusion { K = 20, DenseWeight = 0.5 }.Fuse(dense, keyword, new HashSet<long> { 4, 5, 6 });
        Assert.Equal(
            [(4L, 1.5 / 21), (5, (0.5 / 23) + (1.0 / 21)), (1, (0.5 / 22) + (1.0 / 22)), (6, 0.5 / 24)],
            reciprocal.Select(chunk => (chunk.Id, chunk.Score))
        );
        var convex = new ScoreFusion { DenseWeight = 0.25 }.Fuse(dense, keyword, new HashSet<long> { 4, 5, 6 });
        Assert.Equal([4L, 5, 1, 6], convex.Select(chunk => chunk.Id));
        Assert.Equal(1, convex[0].Score);
    }

    // A space of distances has no score above 0: the least and the greatest of the ranking are 0 and 1 there.
    [Fact]
    public void DistancesAreFusedToo()
    {
        ScoredChunk[] dense = [new(1, -2), new(2, -3), new(3, -6)],
            keyword = [new(3, 4)];
        var fused = new ScoreFusion { DenseWeight = 0.5 }.Fuse(dense, keyword, new HashSet<long>());
        Assert.Equal([(1L, 0.5), (3, 0.5), (2, 0.375)], fused.Select(chunk => (chunk.Id, chunk.Score)));
    }

    [Fact]
    public async Task TheWeightOfAFusionIsTheModels()
    {
        await using var shipped = await Embedder();
        Assert.Equal(0.4, ScoreFusion.Of<Content>(new ContentEmbedder(shipped, null)).DenseWeight);
        Assert.Equal(0.65, ScoreFusion.Of<Content>(null).DenseWeight);
        var folder = _folder.File("model");
        Directory.CreateDirectory(folder);
        foreach (var file in Directory.GetFiles(RepositoryRoot.Find("models", "simile-text-mini")))
        {
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        }

        await File.WriteAllTextAsync(
            Path.Combine(folder, "simile.json"),
            """{"fusion":{"dense_weight":0.15}}""",
            TestContext.Current.CancellationToken
        );
        await using (var own = await TextEmbedder.LoadAsync(folder, cancellationToken: TestContext.Current.CancellationToken))
        {
            Assert.Equal(0.15, ScoreFusion.Of(own).DenseWeight);
            Assert.Empty(own.Notes);
        }

        await File.WriteAllTextAsync(
            Path.Combine(folder, "simile.json"),
            """{"fusion":{"dense_weight":1.5}}""",
            TestContext.Current.CancellationToken
        );
        var error = await Assert.ThrowsAsync<SimileException>(async () => await TextEmbedder.LoadAsync(folder));
        Assert.Equal(ErrorCode.UnsupportedModel, error.Code);
        Assert.Contains("1.5", error.Message, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private static bool Comparer(double expected, double found) => Math.Abs(expected - found) < 1e-12;

    private static Task<TextEmbedder> Embedder() => TextEmbedder.LoadAsync(RepositoryRoot.Find("models", "simile-text-mini"));

    private static (int, int, int, int) Figures(IndexReport report) => (report.Files, report.Changed, report.Removed, report.Chunks);

    private void Write(string name, string content)
    {
        Directory.CreateDirectory(_folder.File("docs"));
        File.WriteAllText(_folder.File("docs", name), content);
    }

    private async Task ShellAsync(string command)
    {
        using var shell = System.Diagnostics.Process.Start("sh", ["-c", $"cd '{_folder.File("docs")}' && {command}"]);
        await shell.WaitForExitAsync(TestContext.Current.CancellationToken);
    }

    private async Task AllStay()
    {
        var report = await BuildAsync();
        Assert.Equal((0, ErrorCode.EverythingGone), (report.Removed, Assert.Single(report.Problems).Error!.Code));
        using var store = SqliteChunkStore.Open(_folder.File("i.db"), create: false);
        Assert.Equal(2, (await store.ListFilesAsync()).Count);
    }

    private async Task<IndexReport> BuildAsync(bool prune = false, string? path = null)
    {
        var embedder = await Embedder();
        using var store = SqliteChunkStore.Open(_folder.File("i.db"), create: true);
        return await new IndexBuilder(store, new ContentEmbedder(embedder, null)) { Prune = prune }.BuildAsync([
            path ?? _folder.File("docs"),
        ]);
    }
}
