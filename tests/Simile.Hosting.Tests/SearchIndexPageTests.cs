using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Simile.Search;
using Simile.Sqlite;

namespace Simile.Hosting.Tests;

/// <summary>The code of docs/search-index.md compiles and runs as it stands there.</summary>
[Collection(nameof(SearchIndexPageTests))]
public sealed partial class SearchIndexPageTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly string _before = Environment.CurrentDirectory;

    public void Dispose()
    {
        Environment.CurrentDirectory = _before;
        _folder.Dispose();
    }

    [Fact]
    public void EveryBlockOfThePageStandsHere()
    {
        var here = Squeezed(File.ReadAllText(RepositoryRoot.Find("tests", "Simile.Hosting.Tests", "SearchIndexPageTests.cs")));
        var blocks = Blocks()
            .Matches(File.ReadAllText(RepositoryRoot.Find("docs", "search-index.md")))
            .Select(block => Squeezed(block.Groups["code"].Value))
            .ToList();
        Assert.Equal(4, blocks.Count);
        Assert.All(blocks, block => Assert.Contains(block, here, StringComparison.Ordinal));
    }

    [Fact]
    public async Task FilesTextsAndALargeStore()
    {
        Enter();
        await using var texts = await TextEmbedder.LoadInstalledAsync();
        var model = new ContentEmbedder(texts, null);
        using var store = SqliteChunkStore.Open("notes.db", create: true);
        var report = await new IndexBuilder(store, model).BuildAsync(["docs"]);
        Console.WriteLine($"{report.Changed} new or changed, {report.Problems.Count} problems");

        var searcher = await Searcher.OpenAsync(store, model);
        foreach (var hit in await searcher.SearchAsync("how do I keep bread from going stale"))
        {
            Console.WriteLine($"{hit.Rank}. {hit.Path}:{hit.StartLine} {hit.Text}");
        }

        Assert.Equal((1, 0), (report.Changed, report.Problems.Count));

        var index = new TextIndex(store, texts);
        await index.UpsertAsync(
            "recipe-17",
            "A loaf becomes stale when it is kept in the cold.",
            new Dictionary<string, MetadataValue> { ["lang"] = "en", ["year"] = 2024 }
        );
        await index.UpsertAsync(
            "rezept-4",
            "Brot wird im Kalten hart.",
            new Dictionary<string, MetadataValue> { ["lang"] = "de", ["year"] = 2019 }
        );
        var outcomes = await index.UpsertAsync([new TextEntry("recipe-18", "Dough rises in the warmth."), new TextEntry("recipe-19", "")]);
        foreach (var failed in outcomes.Where(outcome => !outcome.Succeeded))
        {
            Console.WriteLine($"{failed.Id}: {failed.Error!.Message}");
        }

        var german = new SearchOptions { Filter = ChunkFilter.Equal("lang", "de") & ChunkFilter.Between("year", 2010, null) };
        foreach (var hit in await index.SearchAsync("stale bread", german))
        {
            Console.WriteLine($"{hit.Id} {hit.Metadata["year"]} {hit.Score}");
        }

        await index.RemoveAsync("rezept-4");

        Assert.Equal(["recipe-19"], outcomes.Where(outcome => !outcome.Succeeded).Select(outcome => outcome.Id));
        Assert.Empty(await index.SearchAsync("stale bread", german));
        Assert.Equal(3, (await store.ListFilesAsync()).Count);

        var options = new SqliteChunkStoreOptions
        {
            Vectors = new VectorIndexOptions { Coding = VectorCoding.Int8, Threads = 4 },
        };
        using var large = SqliteChunkStore.Open("large.db", create: true, options);
        Assert.Equal(0, (await large.SummarizeAsync()).Chunks);
    }

    [Fact]
    public async Task AHost()
    {
        Enter();
        var builder = Host.CreateApplicationBuilder();
        builder.Services.AddSimile(options => options.Model = "simile-text-mini");
        builder.Services.AddSimileStore("notes.db");
        using var host = builder.Build();
        await host.StartAsync();
        await host.Services.GetRequiredService<TextIndex>().UpsertAsync("a", "A loaf becomes stale in the cold.");
        Assert.Equal("a", Assert.Single(await host.Services.GetRequiredService<Searcher>().SearchAsync("bread")).Id);
        await host.StopAsync();
    }

    // The page's names of files are of the current folder, which is that of all tests: these run one by one.
    private void Enter()
    {
        Directory.CreateDirectory(_folder.File("docs"));
        File.WriteAllText(_folder.File("docs", "bread.md"), "# Bread\nA loaf goes hard in the cold.");
        Environment.CurrentDirectory = _folder.Path;
    }

    private static string Squeezed(string code) =>
        string.Join('\n', code.Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0));

    [GeneratedRegex("```csharp\n(?<code>.*?)```", RegexOptions.Singleline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Blocks();
}

[CollectionDefinition(nameof(SearchIndexPageTests), DisableParallelization = true)]
public sealed class SearchIndexPageCollection;
