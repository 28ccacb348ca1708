using System.Text.Json;

namespace Simile.Cli.Tests;

/// <summary>What 'simile rerank' prints. Scores are those that sentence-transformers gives (tests/reference/families.py); the model takes
/// 64 tokens of query and text.</summary>
public sealed class RerankVerbTests : IDisposable
{
    private static readonly string Models = RepositoryRoot.Find("tests", "Simile.Tests", "Reference", "rerankers");
    private static readonly string Bert = Path.Combine(Models, "bert-1");
    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData("bert-1")]
    [InlineData("xlm-roberta")]
    [InlineData("modernbert-mean")]
    public async Task ScoresAreThoseOfSentenceTransformersBestFirst(string model)
    {
        using var document = JsonDocument.Parse(
            await File.ReadAllBytesAsync(Path.Combine(Models, model, "expected.json"), TestContext.Current.CancellationToken)
        );
        foreach (
            var (pair, score) in document
                .RootElement.GetProperty("pairs")
                .EnumerateArray()
                .Zip(document.RootElement.GetProperty("scores").EnumerateArray())
                .Take(2)
        )
        {
            var result = await RunAsync(
                pair[0].GetString()!,
                "walnut",
                pair[1].GetString()!,
                "--json",
                "--model",
                Path.Combine(Models, model)
            );
            var rows = Rows(result);
            Assert.Equal([1, 2], rows.Select(row => row.GetProperty("rank").GetInt32()));
            Assert.True(rows[0].GetProperty("score").GetSingle() >= rows[1].GetProperty("score").GetSingle());
            var found = rows.Single(row => row.GetProperty("index").GetInt32() == 1);
            Assert.Equal(pair[1].GetString(), found.GetProperty("text").GetString());
            Assert.Equal(score[0].GetSingle(), found.GetProperty("score").GetSingle(), 2e-5f);
        }
    }

    [Fact]
    public async Task BadTextsFailAloneAndEqualOnesKeepTheirOrder()
    {
        var path = _folder.File("in.txt");
        byte[] bytes = [.. "heron\n\notter\n"u8, 0xFF, .. "\nheron\n\0\n"u8];
        await File.WriteAllBytesAsync(path, bytes, TestContext.Current.CancellationToken);
        var result = await RunAsync("the kettle", "@" + path, "--lines", "--json", "--model", Bert);
        Assert.Equal(1, result.ExitCode);
        var rows = Rows(result);
        Assert.Equal(
            ["SIM101", "SIM103"],
            rows.Where(row => row.TryGetProperty("error", out _)).Select(row => row.GetProperty("error").GetProperty("code").GetString()!)
        );
        Assert.Equal([1, 3], rows.Where(row => row.TryGetProperty("error", out _)).Select(row => row.GetProperty("index").GetInt32()));
        Assert.Equal(
            [0, 4],
            rows.Where(row => row.TryGetProperty("text", out var text) && text.GetString() == "heron")
                .Select(row => row.GetProperty("index").GetInt32())
        );
        Assert.Contains($"{path} line 2: SIM101: ", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ForPeopleEachTextIsALineWithItsName()
    {
        var file = _folder.File("a.txt");
        await File.WriteAllTextAsync(file, "otter\n  ladder\n", TestContext.Current.CancellationToken);
        var result = await RunAsync("heron", "@" + file, "kettle \u001b[31m", "--model", Bert);
        Assert.Equal(0, result.ExitCode);
        Assert.Contains(result.Lines, line => line.EndsWith($"\t{file}\totter ladder", StringComparison.Ordinal));
        Assert.Contains(result.Lines, line => line.EndsWith("\t1\tkettle \\u001b[31m", StringComparison.Ordinal));
        Assert.Single((await RunAsync("heron", "otter", "ladder", "--top", "1", "--model", Bert)).Lines);
    }

    [Fact]
    public async Task WhatIsCutIsSaid()
    {
        var (query, text) = (string.Join(' ', Enumerable.Repeat("heron", 300)), string.Join(' ', Enumerable.Repeat("otter", 100)));
        var result = await RunAsync(query, "ladder", text, "--model", Bert);
        Assert.Equal(0, result.ExitCode);
        Assert.Contains("2 of 2 pairs were cut: 128 of 707 tokens count\n", result.Error, StringComparison.Ordinal);
        // 61 tokens are left for both: the query keeps 30, the text 31.
        Assert.Contains("The query was cut, too, by up to 270 tokens", result.Error, StringComparison.Ordinal);
        Assert.Equal(
            [true, true],
            Rows(await RunAsync(query, "ladder", text, "--json", "--model", Bert)).Select(row => row.GetProperty("truncated").GetBoolean())
        );
    }

    [Theory]
    [InlineData(1, "SIM101", "", "otter", "--model", "BERT")]
    [InlineData(1, "SIM201", "heron", "otter")]
    [InlineData(1, "SIM201", "heron", "otter", "--model", "no-such-model")]
    [InlineData(1, "SIM203", "heron", "otter", "--model", "simile-text-mini")]
    [InlineData(1, "SIM203", "heron", "otter", "--model", "THREE")]
    [InlineData(1, "SIM116", "LONG", "otter", "--model", "QWEN")]
    [InlineData(2, "SIM901", "-", "-", "--model", "BERT")]
    [InlineData(2, "SIM901", "heron", "otter", "--instruction", "be kind", "--model", "BERT")]
    [InlineData(2, "--top", "heron", "otter", "--top", "0", "--model", "BERT")]
    [InlineData(2, "'text' missing", "heron", "--model", "BERT")]
    public async Task WhatCannotBeRankedIsRefused(int exitCode, string said, params string[] arguments)
    {
        var result = await RunAsync([
            .. arguments.Select(argument =>
                argument switch
                {
                    "BERT" => Bert,
                    "THREE" => Path.Combine(Models, "bert-3"),
                    "QWEN" => Path.Combine(Models, "qwen3"),
                    "LONG" => string.Join(' ', Enumerable.Repeat("heron", 2000)),
                    _ => argument,
                }
            ),
        ]);
        Assert.Equal((exitCode, string.Empty), (result.ExitCode, result.Output));
        Assert.Contains(said, result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WithoutARerankerItSaysWhatToGetAndOneIsEnough()
    {
        Assert.Contains(
            "simile models pull cross-encoder/ms-marco-MiniLM-L6-v2",
            (await RunAsync("heron", "otter")).Error,
            StringComparison.Ordinal
        );
        Plant("bert-1", "one");
        var only = await RunAsync("heron", "otter");
        Assert.Equal(0, only.ExitCode);
        Assert.Contains("Note: scored by one, the only reranker", only.Error, StringComparison.Ordinal);
        Plant("xlm-roberta", "two");
        var several = await RunAsync("heron", "otter");
        Assert.Equal(2, several.ExitCode);
        Assert.Contains("one, two", several.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OtherVerbsKnowARerankerWhenTheySeeOne()
    {
        Plant("bert-1", "one");
        var listed = (await CliProcess.RunAsync(null, Variables, "models", "list", "--json"))
            .Lines.Select(line => JsonDocument.Parse(line).RootElement)
            .Single(model => model.GetProperty("name").GetString() == "one");
        Assert.Equal(
            ("nothing", true, JsonValueKind.Null),
            (
                listed.GetProperty("embeds").GetString(),
                listed.GetProperty("reranks").GetBoolean(),
                listed.GetProperty("dimensions").ValueKind
            )
        );
        Assert.Contains("scores pairs", (await CliProcess.RunAsync(null, Variables, "models", "list")).Output, StringComparison.Ordinal);
        Assert.Contains(
            "agrees with itself",
            (await CliProcess.RunAsync(null, Variables, "models", "verify", "one")).Output,
            StringComparison.Ordinal
        );
        Assert.Contains("ok   one: ", (await CliProcess.RunAsync(null, Variables, "doctor")).Output, StringComparison.Ordinal);
        foreach (
            var arguments in (string[][])
                [
                    ["embed", "heron"],
                    ["inspect", "heron"],
                    ["compare", "heron", "otter"],
                    ["classify", "heron", "--labels", "otter"],
                ]
        )
        {
            var result = await CliProcess.RunAsync(null, Variables, [.. arguments, "--model", "one"]);
            Assert.Equal(1, result.ExitCode);
            Assert.Contains("SIM203", result.Error, StringComparison.Ordinal);
            Assert.Contains("is a reranker", result.Error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task StandardInputIsReadAsTheQueryOrAsLines()
    {
        var asked = await CliProcess.RunAsync("the kettle", "rerank", "-", "heron", "otter", "--model", Bert);
        var listed = await CliProcess.RunAsync("heron\notter\n", "rerank", "the kettle", "-", "--lines", "--model", Bert);
        var given = await RunAsync("the kettle", "heron", "otter", "--model", Bert);
        Assert.Equal(given.Output, asked.Output);
        Assert.Equal(given.Output, listed.Output);
        Assert.Contains(
            "no text",
            (await CliProcess.RunAsync(string.Empty, "rerank", "the kettle", "-", "--lines", "--model", Bert)).Error,
            StringComparison.Ordinal
        );
    }

    public void Dispose() => _folder.Dispose();

    private Dictionary<string, string> Variables =>
        new() { ["SIMILE_MODELS"] = _folder.File("models"), ["HF_HUB_CACHE"] = _folder.File("hub") };

    private static List<JsonElement> Rows(CliResult result) => [.. result.Lines.Select(line => JsonDocument.Parse(line).RootElement)];

    private void Plant(string model, string name)
    {
        var folder = Directory.CreateDirectory(_folder.File("models", name)).FullName;
        foreach (var file in Directory.GetFiles(Path.Combine(Models, model)))
        {
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        }
    }

    private Task<CliResult> RunAsync(params string[] arguments) => CliProcess.RunAsync(null, Variables, ["rerank", .. arguments]);
}
