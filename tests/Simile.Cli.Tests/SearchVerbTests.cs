using System.Text.Json;

namespace Simile.Cli.Tests;

/// <summary>What the verbs search and cache print and keep.</summary>
public sealed class SearchVerbTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private Dictionary<string, string> Variables => new() { ["XDG_CACHE_HOME"] = _folder.File("cache") };

    private string Documents => _folder.File("docs");

    [Fact]
    public async Task AnIndexOnTheFlyIsPrivateListedAndCleared()
    {
        Write("secret.txt", "The spare key lies under the third flower pot.");
        Directory.CreateDirectory(_folder.File("cache", "simile", "indexes"), (UnixFileMode)0b111_101_101);
        var found = await RunAsync("search", "spare key", "--in", Documents);
        Assert.Contains("cosine", found.Output, StringComparison.Ordinal);
        var folder = _folder.File("cache", "simile", "indexes");
        Assert.Equal((UnixFileMode)0b111_000_000, File.GetUnixFileMode(folder));
        Assert.All(Directory.GetFiles(folder), path => Assert.Equal((UnixFileMode)0b110_000_000, File.GetUnixFileMode(path)));
        var listed = JsonDocument.Parse((await RunAsync("cache", "list", "--json")).Output).RootElement;
        Assert.Equal(Documents, listed.GetProperty("paths")[0].GetString());
        Assert.Equal(0, Cleared(await RunAsync("cache", "clear", "--older-than", "1d", "--json")));
        Assert.Equal(1, Cleared(await RunAsync("cache", "clear", "--json")));
        Assert.Empty(Directory.GetFiles(folder));
        Assert.Equal(2, (await RunAsync("cache", "clear", "--older-than", "soon")).ExitCode);
    }

    [Fact]
    public async Task FieldsOfRowsAreFilteredBy()
    {
        Write(
            "rows.jsonl",
            """
            {"text":"Bread goes stale in the cold.","lang":"en","year":2019}
            {"text":"Ein Brot namens bread.","lang":"de","year":2024}
            {"text":"Le pain, en anglais bread.","lang":"fr","year":"2024"}
            """
        );
        Write("plain.txt", "More of bread.");
        (string[] Filters, int[] Lines)[] cases =
        [
            (["--filter", "lang=de"], [2]),
            (["--filter", "year=2024"], [2, 3]),
            (["--filter", "year>=2000", "--filter", "lang != de"], [1]),
            (["--filter", "year<=2019"], [1]),
            ([], [1, 1, 2, 3]),
        ];
        foreach (var (filters, lines) in cases)
        {
            var found = await RunAsync(["search", "bread", "--in", Documents, "--json", .. filters]);
            Assert.Equal(
                lines,
                found.Lines.Select(line => JsonDocument.Parse(line).RootElement.GetProperty("start_line").GetInt32()).Order()
            );
        }

        var nothing = await RunAsync("search", "bread", "--in", Documents, "--filter", "lang=xx");
        Assert.Equal(0, nothing.ExitCode);
        Assert.Contains("passes the filter", nothing.Error, StringComparison.Ordinal);
        foreach (var bad in (string[])["lang", "year>=soon", "=de"])
        {
            var refused = await RunAsync("search", "bread", "--in", Documents, "--filter", bad);
            Assert.Equal(2, refused.ExitCode);
            Assert.Contains($"'{bad}'", refused.Error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task AnswersOfAllModesHaveTheirFigures()
    {
        var passage =
            string.Concat(Enumerable.Repeat("Bread goes stale in the cold of the larder. ", 9))
            + "abc 😀😀😀😀😀 and some more words so that the passage is cut in here";
        Write("bread.txt", passage);
        Write("cats.txt", "Cats purr when they are content.");
        var store = _folder.File("index.db");
        Assert.Equal(0, (await RunAsync("index", Documents, "--store", store)).ExitCode);
        var hybrid = (await RunAsync("search", "why does bread go stale", "--store", store, "--json"))
            .Lines.Select(line => JsonDocument.Parse(line).RootElement)
            .ToList();
        Assert.Equal((1, 1), (hybrid[0].GetProperty("dense_rank").GetInt32(), hybrid[0].GetProperty("keyword_rank").GetInt32()));
        Assert.InRange(hybrid[0].GetProperty("cosine").GetDouble(), 0.4, 1);
        Assert.Equal(JsonValueKind.Null, hybrid[1].GetProperty("keyword_rank").ValueKind);
        var keyword = JsonDocument
            .Parse(
                (await RunAsync("search", "stale", "--store", store, "--mode", "keyword", "--model", "no-such-model", "--json")).Lines[0]
            )
            .RootElement;
        Assert.Equal(JsonValueKind.Null, keyword.GetProperty("cosine").ValueKind);

        // A pipe gets one line a passage, whole characters, and no U+FFFD.
        var text = await RunAsync("search", "bread", "--store", store, "--top", "1");
        Assert.DoesNotContain('\uFFFD', text.Output);
        Assert.Equal(2, text.Lines.Length);
        Assert.StartsWith("   Bread goes stale", text.Lines[1], StringComparison.Ordinal);
        Assert.EndsWith(" …", text.Lines[1], StringComparison.Ordinal);
        var nonsense = await RunAsync("search", "zorblif quaxmep", "--store", store);
        Assert.Contains("Nothing near", nonsense.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("Nothing near", text.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnIndexRemembersItsModel()
    {
        Write("cats.txt", "Cats purr when they are content.");
        var (store, model) = (_folder.File("index.db"), _folder.File("models", "mine"));
        Directory.CreateDirectory(model);
        foreach (var file in Directory.GetFiles(RepositoryRoot.Find("models", "simile-text-mini")))
        {
            File.Copy(file, Path.Combine(model, Path.GetFileName(file)));
        }

        Assert.Equal(0, (await RunAsync("index", Documents, "--store", store, "--model", model)).ExitCode);
        Assert.Equal(0, (await RunAsync("search", "cats", "--store", store)).ExitCode);
        Directory.Delete(model, recursive: true);
        var found = await RunAsync("search", "cats", "--store", store);
        Assert.Equal(0, found.ExitCode);
        Assert.Contains("words only", found.Error, StringComparison.Ordinal);
        Assert.Contains("cats.txt", found.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    public async Task AStoreHasAName(string store)
    {
        Write("cats.txt", "Cats purr.");
        Assert.Equal(2, (await RunAsync("index", Documents, "--store", store)).ExitCode);
        Assert.Equal(2, (await RunAsync("search", "cats", "--store", store)).ExitCode);
    }

    public void Dispose() => _folder.Dispose();

    private static int Cleared(CliResult result) => JsonDocument.Parse(result.Output).RootElement.GetProperty("removed").GetInt32();

    private void Write(string name, string content)
    {
        Directory.CreateDirectory(Documents);
        File.WriteAllText(Path.Combine(Documents, name), content);
    }

    private Task<CliResult> RunAsync(params string[] arguments) => CliProcess.RunAsync(null, Variables, arguments);
}
