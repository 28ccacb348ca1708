using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Simile.Multimodal;
using Simile.Search;
using Simile.Sqlite;

namespace Simile.Hosting.Tests;

/// <summary>The code of docs/reranking.md and of the README's reranker compiles and runs as it stands there, with a small reranker in the
/// place of the one that is named.</summary>
public sealed class RerankingPageTests
{
    private const string Named = "\"cross-encoder/ms-marco-MiniLM-L6-v2\"";
    private static readonly string Model = RepositoryRoot.Find("tests", "Simile.Tests", "Reference", "rerankers", "bert-1");

    [Fact]
    public void EveryBlockOfThePageStandsHere()
    {
        var own = Lines(File.ReadAllLines(RepositoryRoot.Find("tests", "Simile.Hosting.Tests", "RerankingPageTests.cs")));
        var blocks = Blocks("docs", "reranking.md")
            .Concat(Blocks("README.md").Where(block => block.Contains("Reranker.", StringComparison.Ordinal)))
            .ToArray();
        Assert.Equal(4, blocks.Length);
        Assert.All(
            blocks,
            block =>
                Assert.Contains(
                    block
                        .Replace(Named, nameof(Model), StringComparison.Ordinal)
                        .Replace("\"notes.db\"", "notes", StringComparison.Ordinal),
                    own,
                    StringComparison.Ordinal
                )
        );
    }

    [Fact]
    public async Task TextsAreScoredAndASearchIsReordered()
    {
        using var folder = new TemporaryFolder();
        var notes = folder.File("notes.db");
        await using var reranker = await Reranker.LoadInstalledAsync(Model);
        string[] passages = ["Clouds form where air rises.", "Keep a loaf cut side down on a board."];
        var scores = await reranker.ScoreAsync("how do I keep bread from going stale", passages);
        foreach (var i in scores.Ranking())
        {
            Console.WriteLine($"{scores[i][0]:F3} {passages[i]}");
        }

        await using var texts = await TextEmbedder.LoadInstalledAsync();
        using var store = SqliteChunkStore.Open(notes, create: true);
        var index = new TextIndex(store, texts);
        await index.UpsertAsync("loaves", "Keep a loaf cut side down on a board.");
        await index.UpsertAsync("clouds", "Clouds form where air rises.");
        var searcher = await Searcher.OpenAsync(store, new ContentEmbedder(texts, null));
        var hits = await new HitReranker(reranker).SearchAsync(
            searcher,
            "how do I keep bread from going stale",
            new SearchOptions { Top = 5 }
        );
        foreach (var hit in hits)
        {
            Console.WriteLine($"{hit.RerankScore:F3} {hit.Score:F3} {hit.Path}");
        }

        Assert.Equal(scores.Ranking().Select(i => scores[i][0]), hits.Select(hit => (float)hit.RerankScore!));
        Assert.Equal(scores.Ranking().Select(i => passages[i]), hits.Select(hit => hit.Text));
    }

    [Fact]
    public async Task AHostHasAReranker()
    {
        string[] args = [];
        var builder = Host.CreateApplicationBuilder(args);
        builder.Services.AddSimileReranker(Model);
        using var host = builder.Build();
        await host.StartAsync();
        var scores = await host.Services.GetRequiredService<IReranker>().ScoreAsync("a query", ["a text", "another"]);
        Assert.Equal(2, scores.Count);
    }

    private static IEnumerable<string> Blocks(params string[] path) =>
        File.ReadAllText(RepositoryRoot.Find(path)).Split("```csharp\n").Skip(1).Select(rest => Lines(rest.Split("```")[0].Split('\n')));

    private static string Lines(IEnumerable<string> lines) =>
        string.Join(
            '\n',
            lines
                .Select(line => line.Trim())
                .Where(line =>
                    line.Length > 0
                    && !line.StartsWith("using Simile", StringComparison.Ordinal)
                    && !line.StartsWith("// Needs ", StringComparison.Ordinal)
                )
        );
}
