using System.Globalization;
using System.Text.Json;

namespace Simile.Cli.Tests;

public sealed class CommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task EmbedPrintsAnObjectALine()
    {
        var result = await CliProcess.RunAsync(null, "embed", "one", "", "two", "--json");
        Assert.Equal(1, result.ExitCode);
        var lines = result.Lines.Select(line => JsonDocument.Parse(line).RootElement).ToArray();
        Assert.Equal([0, 1, 2], lines.Select(line => line.GetProperty("index").GetInt32()));
        Assert.Equal(256, lines[0].GetProperty("embedding").GetArrayLength());
        Assert.Equal(1, lines[2].GetProperty("tokens").GetInt32());
        Assert.False(lines[2].GetProperty("truncated").GetBoolean());
        Assert.Equal("SIM101", lines[1].GetProperty("error").GetProperty("code").GetString());
    }

    [Fact]
    public async Task EmbedWritesFiles()
    {
        File.WriteAllText(_folder.File("texts.jsonl"), "{\"text\":\"one\"}\n{\"text\":\"two\"}\n");
        var result = await CliProcess.RunAsync(
            null,
            "embed",
            "@" + _folder.File("texts.jsonl"),
            "--lines",
            "--dimensions",
            "64",
            "--output",
            _folder.File("v.npy")
        );
        Assert.Equal((0, string.Empty), (result.ExitCode, result.Output));
        Assert.Equal(128 + (2 * 64 * 4), new FileInfo(_folder.File("v.npy")).Length);
    }

    [Fact]
    public async Task StandardInputIsReadByLines()
    {
        var result = await CliProcess.RunAsync("first line\nsecond line\n", "embed", "-", "--lines");
        Assert.Equal((0, 2), (result.ExitCode, result.Lines.Length));
    }

    [Fact]
    public async Task CompareTellsLikeFromUnlike()
    {
        Assert.True(await CompareAsync("someone plays an instrument") > await CompareAsync("the stock market fell sharply") + 0.2);
    }

    [Fact]
    public async Task SearchFindsTheLoafInTheSamples()
    {
        var samples = RepositoryRoot.Find("samples");
        var result = await CliProcess.RunAsync(null, "search", "how do I keep bread from going stale", "--in", samples, "--json");
        var first = JsonDocument.Parse(result.Lines[0]).RootElement;
        Assert.EndsWith("storing-loaves.md", first.GetProperty("path").GetString()!, StringComparison.Ordinal);
        Assert.Equal(
            ["rank", "score", "cosine", "dense_rank", "keyword_rank", "path", "start_line", "end_line", "place", "heading", "text", "kind"],
            first.EnumerateObject().Select(field => field.Name)
        );
    }

    [Fact]
    public async Task AnIndexIsMadeAndSearched()
    {
        File.WriteAllText(_folder.File("a.md"), "# Owls\nOwls hunt at night.");
        var store = _folder.File("i.db");
        var made = await CliProcess.RunAsync(null, "index", _folder.Path, "--store", store, "--json");
        Assert.Equal((0, 1), (made.ExitCode, JsonDocument.Parse(made.Output).RootElement.GetProperty("chunks").GetInt32()));
        foreach (var mode in (string[])["dense", "keyword", "hybrid"])
        {
            var found = await CliProcess.RunAsync(null, "search", "what do owls do", "--store", store, "--mode", mode, "--json");
            Assert.Single(found.Lines);
        }
    }

    [Theory]
    [InlineData(2, "--in PATH or --store FILE", "search", "x")]
    [InlineData(2, "Required argument", "compare", "x")]
    [InlineData(2, "--threads", "compare", "x", "y", "--threads", "0")]
    [InlineData(1, "SIM403", "search", "x", "--store", "/nowhere/i.db")]
    [InlineData(1, "SIM501", "search", "x", "--in", "/nowhere")]
    [InlineData(1, "SIM501", "embed", "@/nowhere.txt")]
    [InlineData(1, "SIM201", "embed", "x", "--model", "nowhere")]
    [InlineData(1, "SIM302", "embed", "x", "--dimensions", "77")]
    [InlineData(1, "SIM304", "embed", "x", "--output", "v.docx")]
    [InlineData(1, "SIM602", "eval", "sts", "/nowhere.tsv")]
    [InlineData(1, "SIM601", "train", "static", "--recipe", "/no.json", "--corpus", "/", "--tokenizer", "/no", "--output", "/tmp/no")]
    public async Task ErrorsAreOneLineAndTheRightExitCode(int exitCode, string says, params string[] arguments)
    {
        var result = await CliProcess.RunAsync(null, arguments);
        Assert.Equal((exitCode, string.Empty), (result.ExitCode, result.Output));
        Assert.Contains(says, result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AModelThatLacksAnotherIsNoFaultUnlessItIsNamed()
    {
        var elsewhere = new Dictionary<string, string> { ["XDG_CACHE_HOME"] = _folder.Path };
        var all = await CliProcess.RunAsync(null, elsewhere, "models", "verify");
        Assert.Equal(0, all.ExitCode);
        Assert.Contains("simile-text-mini: ", all.Output, StringComparison.Ordinal);
        Assert.Contains("Note: not verified: simile-resnet-18 puts the image vectors of", all.Error, StringComparison.Ordinal);

        var named = await CliProcess.RunAsync(null, elsewhere, "models", "verify", "simile-resnet-18", "simile-text-mini");
        Assert.Equal(1, named.ExitCode);
        Assert.StartsWith("error SIM201: simile-resnet-18 puts", named.Error, StringComparison.Ordinal);
        Assert.Contains("simile-text-mini: ", named.Output, StringComparison.Ordinal);

        var doctor = await CliProcess.RunAsync(null, elsewhere, "doctor");
        Assert.Equal(0, doctor.ExitCode);
        Assert.Contains("--   simile-resnet-18: ", doctor.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AModelWhoseOwnFilesAreMissingIsAFault()
    {
        foreach (var name in (string[])["tokenizer.json", "modules.json", "config_sentence_transformers.json"])
        {
            Directory.CreateDirectory(_folder.File("models", "a-damaged"));
            File.Copy(RepositoryRoot.Find("models", "simile-text-mini", name), _folder.File("models", "a-damaged", name));
        }

        var variables = new Dictionary<string, string> { ["SIMILE_MODELS"] = _folder.File("models") };
        var doctor = await CliProcess.RunAsync(null, variables, "doctor");
        Assert.Equal(1, doctor.ExitCode);
        Assert.Contains("BAD  a-damaged: SIM2", doctor.Output, StringComparison.Ordinal);

        // The others are checked all the same.
        var verified = await CliProcess.RunAsync(null, variables, "models", "verify", "--json");
        Assert.Equal(1, verified.ExitCode);
        Assert.StartsWith("error SIM2", verified.Error, StringComparison.Ordinal);
        Assert.Contains("\"model\":\"a-damaged\",\"error\"", verified.Output, StringComparison.Ordinal);
        Assert.Contains("\"model\":\"simile-text-mini\",\"golden\":true", verified.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("models", "list", "--json")]
    [InlineData("models", "show", "simile-text-mini", "--json")]
    [InlineData("models", "verify", "--json")]
    [InlineData("doctor", "--json")]
    [InlineData("inspect", "unaffable", "--json")]
    public async Task EveryAnswerIsJsonOnDemand(params string[] arguments)
    {
        var result = await CliProcess.RunAsync(null, arguments);
        Assert.Equal(0, result.ExitCode);
        Assert.All(result.Lines, line => Assert.Equal(JsonValueKind.Object, JsonDocument.Parse(line).RootElement.ValueKind));
    }

    public void Dispose() => _folder.Dispose();

    private static async Task<double> CompareAsync(string other)
    {
        var result = await CliProcess.RunAsync(null, "compare", "a man is playing a guitar", other);
        return double.Parse(Assert.Single(result.Lines), CultureInfo.InvariantCulture);
    }
}
