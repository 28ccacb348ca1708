using System.Text.Json;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;

namespace Simile.Cli.Tests;

/// <summary>'simile mcp' as an assistant uses it: the protocol's own client starts the real program and talks to it.</summary>
public sealed class McpTests : IDisposable
{
    private const int MaxSchemaTokens = 2000;

    // What tokenizers of large models make of JSON, at least.
    private const double CharactersAToken = 4;

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public McpTests()
    {
        Write("bread.md", "# Bread\n\n## Storing\n\nA loaf goes stale in three days.\n\n## Baking\n\nKnead the dough for ten minutes.\n");
        Write("sub/cats.txt", "Cats sleep most of the day.\n");
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task AnAssistantSearchesReadsOnAndFindsWhatIsLike()
    {
        await using var client = await ConnectAsync("--in", _folder.Path);
        var name = Path.GetFileName(_folder.Path);
        var hits = await CallAsync(client, "search", ("query", "when does a loaf go stale"), ("limit", 1));
        var hit = Assert.Single(hits.GetProperty("hits").EnumerateArray());
        Assert.StartsWith($"simile://{name}/bread.md#L5~", hit.GetProperty("id").GetString());
        Assert.Equal("A loaf goes stale in three days.", hit.GetProperty("text").GetString());
        Assert.Equal("Bread > Storing", hit.GetProperty("heading").GetString());
        Assert.True(hits.GetProperty("complete").GetBoolean());

        var more = await CallAsync(client, "read", ("id", hit.GetProperty("id").GetString()!), ("after", 5));
        Assert.Contains("Knead the dough for ten minutes.", TextsOf(more, "passages"));
        var whole = await CallAsync(client, "read", ("path", "sub/cats.txt"));
        Assert.Equal(["Cats sleep most of the day."], TextsOf(whole, "passages"));

        var like = await CallAsync(client, "find_similar", ("id", hit.GetProperty("id").GetString()!), ("limit", 5));
        Assert.DoesNotContain(TextsOf(like, "hits"), text => text == "A loaf goes stale in three days.");
        Assert.Equal(TextsOf(like, "hits").Count, TextsOf(like, "hits").Distinct().Count());

        var resource = await client.ReadResourceAsync($"simile://{name}/bread.md#L5", cancellationToken: Stop);
        Assert.Equal("A loaf goes stale in three days.", Assert.IsType<TextResourceContents>(Assert.Single(resource.Contents)).Text);
    }

    [Fact]
    public async Task AFileThatChangesIsFoundAnew()
    {
        await using var client = await ConnectAsync("--in", _folder.Path, "--write");
        await CallAsync(client, "search", ("query", "bread"));
        Write("owls.txt", "Owls hunt mice at night.\n");
        File.Delete(Path.Combine(_folder.Path, "sub", "cats.txt"));
        var report = await CallAsync(client, "index", ("path", _folder.Path));
        Assert.Equal(
            ("fresh", 1, 1, 1),
            (
                report.GetProperty("state").GetString(),
                report.GetProperty("changed").GetInt32(),
                report.GetProperty("unchanged").GetInt32(),
                report.GetProperty("removed").GetInt32()
            )
        );
        var found = await CallAsync(client, "search", ("query", "what do owls hunt"), ("limit", 1), ("path", "*.txt"));
        Assert.Equal(["Owls hunt mice at night."], TextsOf(found, "hits"));
        var one = Assert.Single((await CallAsync(client, "collections")).GetProperty("collections").EnumerateArray());
        Assert.Equal((2, "fresh"), (one.GetProperty("documents").GetInt32(), one.GetProperty("state").GetString()));
    }

    [Fact]
    public async Task AnAnswerKeepsToItsBudgetAndSaysHowToGoOn()
    {
        var long1 = string.Join(' ', Enumerable.Range(0, 3000).Select(i => $"bread number {i}."));
        Write("long.txt", long1 + "\n");
        await using var client = await ConnectAsync("--in", _folder.Path);
        var (seen, cursor) = (new HashSet<string>(), (string?)null);
        do
        {
            (string, object)[] asked = [("query", "bread number"), ("max_tokens", 300), ("limit", 20)];
            var page = await CallAsync(client, "search", cursor is null ? asked : [.. asked, ("cursor", cursor)]);
            var hits = page.GetProperty("hits").EnumerateArray().ToList();
            Assert.InRange(hits.Count, 1, 4);
            Assert.All(hits, hit => Assert.True(seen.Add(hit.GetProperty("id").GetString()!)));
            Assert.InRange(hits.Sum(hit => hit.GetProperty("text").GetString()!.Split(' ').Length), 1, 300);
            cursor = page.TryGetProperty("next", out var next) ? next.GetString() : null;
        } while (cursor is not null && seen.Count < 30);

        Assert.True(seen.Count > 10, $"{seen.Count} hits");
    }

    [Fact]
    public async Task ToolsThatChangeAreOfferedOnlyWhereThatIsAllowedAndAllAreLight()
    {
        await using var reading = await ConnectAsync("--in", _folder.Path);
        await using var writing = await ConnectAsync("--in", _folder.Path, "--write");
        var light = await reading.ListToolsAsync(cancellationToken: Stop);
        Assert.Equal(
            ["collections", "compare", "find_similar", "read", "search"],
            light.Select(tool => tool.Name).Order(StringComparer.Ordinal)
        );
        Assert.All(light, tool => Assert.True(tool.ProtocolTool.Annotations!.ReadOnlyHint));
        var all = await writing.ListToolsAsync(cancellationToken: Stop);
        Assert.Equal(7, all.Count);
        Assert.True(all.Single(tool => tool.Name == "remove").ProtocolTool.Annotations!.DestructiveHint);

        // What a model is shown of tools: name, description, what goes in.
        var shown = all.Sum(tool => tool.Name.Length + tool.Description.Length + tool.JsonSchema.GetRawText().Length);
        Assert.True(shown / CharactersAToken < MaxSchemaTokens, $"{shown} characters");
        var refused = await reading
            .CallToolAsync("index", Arguments([("path", _folder.Path)]), cancellationToken: Stop)
            .AsTask()
            .ContinueWith(done => done.IsFaulted || done.Result.IsError == true, Stop);
        Assert.True(refused);
    }

    [Fact]
    public async Task NothingOutsideOfTheFoldersIsReadOrIndexed()
    {
        using var other = new TemporaryFolder();
        File.WriteAllText(Path.Combine(other.Path, "secret.txt"), "The password is tulip.\n");
        File.CreateSymbolicLink(Path.Combine(_folder.Path, "link"), other.Path);
        await using var client = await ConnectAsync("--in", _folder.Path, "--write");
        foreach (var path in (string[])[other.Path, "../", "link", "link/secret.txt", Path.Combine(other.Path, "secret.txt"), "/etc", "\0"])
        {
            await RefusedAsync(client, "index", "SIM", ("path", path), ("collection", "stolen"));
            await RefusedAsync(client, "read", "SIM", ("path", path));
            await RefusedAsync(client, "find_similar", "SIM", ("picture", path));
            await RefusedAsync(client, "compare", "SIM", ("pictures", new[] { path }));
        }

        Assert.Empty(TextsOf(await CallAsync(client, "search", ("query", "password tulip"), ("mode", "keyword")), "hits"));
        Assert.Single((await CallAsync(client, "collections")).GetProperty("collections").EnumerateArray());
    }

    [Theory]
    [InlineData("search", "SIM901", "mode", "sideways")]
    [InlineData("search", "SIM901", "limit", 0)]
    [InlineData("search", "SIM901", "limit", 1_000_000)]
    [InlineData("search", "SIM901", "max_tokens", -1)]
    [InlineData("search", "SIM901", "collection", "nobody")]
    [InlineData("search", "SIM901", "cursor", "-3")]
    [InlineData("search", "SIM1", "query", "")]
    [InlineData("read", "SIM901", "id", "http://example.com/")]
    [InlineData("read", "SIM901", "lines", "ten")]
    [InlineData("compare", "SIM901", "labels", new string[0])]
    public async Task WhatIsWrongIsSaidToTheAssistant(string tool, string code, string field, object value)
    {
        await using var client = await ConnectAsync("--in", _folder.Path);
        var arguments = tool switch
        {
            "search" => new Dictionary<string, object?> { ["query"] = "bread" },
            "read" when field == "lines" => new Dictionary<string, object?> { ["path"] = "bread.md" },
            "compare" => new Dictionary<string, object?> { ["texts"] = new[] { "bread" } },
            _ => [],
        };
        arguments[field] = value;
        var result = await client.CallToolAsync(tool, arguments, cancellationToken: Stop);
        Assert.True(result.IsError);
        Assert.StartsWith(code, Assert.IsType<TextContentBlock>(Assert.Single(result.Content)).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnIndexFileIsACollectionAndDocumentsGoOutByName()
    {
        var store = Path.Combine(_folder.Path, "kept.db");
        Assert.Equal(0, (await CliProcess.RunAsync(null, "index", Path.Combine(_folder.Path, "sub"), "--store", store)).ExitCode);
        await using var client = await ConnectAsync("--store", store, "--write");
        Assert.Single(TextsOf(await CallAsync(client, "search", ("query", "cats")), "hits"));
        await RefusedAsync(client, "remove", "SIM901", ("collection", "kept"), ("confirm", "no"));
        var path = Path.Combine(_folder.Path, "sub", "cats.txt");
        var removed = await CallAsync(client, "remove", ("collection", "kept"), ("confirm", "kept"), ("path", path));
        Assert.Equal(1, removed.GetProperty("documents").GetInt32());
        Assert.Empty(TextsOf(await CallAsync(client, "search", ("query", "cats")), "hits"));
        Assert.True(File.Exists(path));
    }

    [Fact]
    public async Task TextsAreComparedAndLabeled()
    {
        await using var client = await ConnectAsync("--in", _folder.Path);
        string[] texts = ["a cat sleeps on the sofa", "interest rates rise"];
        var compared = await CallAsync(client, "compare", ("texts", texts), ("labels", new[] { "animals", "money and banks" }));
        var single = await CliProcess.RunAsync(null, "compare", texts[0], "animals", "--json");
        var expected = JsonDocument.Parse(single.Output).RootElement.GetProperty("similarity").GetDouble();
        Assert.Equal(expected, compared.GetProperty("matrix")[0][0].GetDouble(), 4);
        Assert.Equal(
            ["animals", "money and banks"],
            compared.GetProperty("nearest").EnumerateArray().Select(nearest => nearest.GetProperty("label").GetString()!)
        );
    }

    [Fact]
    public async Task WithNothingToSearchItSaysWhatIsWanted()
    {
        var result = await CliProcess.RunAsync(null, "mcp");
        Assert.Equal(2, result.ExitCode);
        Assert.Contains("--in PATH", result.Error, StringComparison.Ordinal);
        Assert.Empty(result.Output);
    }

    private static async Task<McpClient> ConnectAsync(params string[] arguments)
    {
        var transport = new StdioClientTransport(
            new StdioClientTransportOptions
            {
                Command = "dotnet",
                Arguments = [Path.Combine(AppContext.BaseDirectory, "Simile.Cli.dll"), "mcp", .. arguments],
                EnvironmentVariables = new Dictionary<string, string?>
                {
                    ["XDG_CACHE_HOME"] = Path.Combine(AppContext.BaseDirectory, "cache"),
                    ["XDG_CONFIG_HOME"] = Path.Combine(AppContext.BaseDirectory, "settings"),
                    ["SIMILE_MODEL"] = null,
                },
            }
        );
        return await McpClient.CreateAsync(transport, cancellationToken: Stop);
    }

    private static Dictionary<string, object?> Arguments((string Name, object Value)[] arguments) =>
        arguments.ToDictionary(argument => argument.Name, argument => (object?)argument.Value);

    private static async Task<JsonElement> CallAsync(McpClient client, string tool, params (string Name, object Value)[] arguments)
    {
        var result = await client.CallToolAsync(tool, Arguments(arguments), cancellationToken: Stop);
        var text = Assert.IsType<TextContentBlock>(Assert.Single(result.Content)).Text;
        Assert.False(result.IsError == true, text);
        Assert.True(JsonElement.DeepEquals(JsonDocument.Parse(text).RootElement, result.StructuredContent!.Value));
        return result.StructuredContent!.Value;
    }

    private static async Task RefusedAsync(McpClient client, string tool, string code, params (string Name, object Value)[] arguments)
    {
        var result = await client.CallToolAsync(tool, Arguments(arguments), cancellationToken: Stop);
        Assert.True(result.IsError, $"{tool}: {result.StructuredContent}");
        Assert.StartsWith(code, Assert.IsType<TextContentBlock>(Assert.Single(result.Content)).Text, StringComparison.Ordinal);
    }

    private static List<string> TextsOf(JsonElement answer, string list) =>
        [.. answer.GetProperty(list).EnumerateArray().Select(hit => hit.GetProperty("text").GetString()!)];

    private void Write(string name, string text)
    {
        var path = Path.Combine(_folder.Path, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }
}
