using System.Text.Json;

namespace Simile.Cli.Tests;

/// <summary>'train fusion': what it measures is what 'eval retrieval' measures, and what it writes is what a search follows.</summary>
public sealed class TrainFusionTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    // The first query has the words of its document, the second only its meaning.
    [Fact]
    public async Task TheWeightIsMeasuredAndKeptWithTheModel()
    {
        await WriteAsync(["""{"_id":"1","text":"zqx-17"}""", """{"_id":"2","text":"kitten"}"""], ["1\tc\t1", "2\ta\t1"]);
        var model = _folder.File("model");
        Directory.CreateDirectory(model);
        foreach (var file in Directory.GetFiles(RepositoryRoot.Find("models", "simile-text-mini")))
        {
            File.Copy(file, Path.Combine(model, Path.GetFileName(file)));
        }

        var run = await CliProcess.RunAsync(null, "train", "fusion", _folder.File("data"), "--model", model, "--json");
        Assert.True(run.ExitCode == 0, run.Error);
        var measured = JsonDocument.Parse(run.Output).RootElement;
        var alone = (await CliProcess.RunAsync(null, "eval", "retrieval", _folder.File("data"), "--model", model, "--json"))
            .Lines.Select(line => JsonDocument.Parse(line).RootElement)
            .ToDictionary(line => line.GetProperty("mode").GetString()!, line => line.GetProperty("ndcg@10").GetDouble());
        Assert.Equal(
            (alone["dense"], alone["keyword"]),
            (measured.GetProperty("dense").GetDouble(), measured.GetProperty("keyword").GetDouble())
        );
        Assert.Equal((1, 0.5), (measured.GetProperty("hybrid").GetDouble(), alone["keyword"]));
        using var written = JsonDocument.Parse(
            await File.ReadAllTextAsync(Path.Combine(model, "simile.json"), TestContext.Current.CancellationToken)
        );
        Assert.Equal(
            measured.GetProperty("dense_weight").GetDouble(),
            written.RootElement.GetProperty("fusion").GetProperty("dense_weight").GetDouble()
        );
        Assert.Equal(measured.GetProperty("hybrid").GetDouble(), alone["hybrid"]);
    }

    // Every weight finds the one document: that of the model stays.
    [Fact]
    public async Task WhereAllWeightsAreAlikeNothingChanges()
    {
        await WriteAsync(["""{"_id":"1","text":"a cat sleeps"}"""], ["1\ta\t1"]);
        var run = await CliProcess.RunAsync(null, "train", "fusion", _folder.File("data"), "--output", _folder.File("simile.json"));
        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Equal(
            """{"fusion":{"dense_weight":0.4}}""",
            (await File.ReadAllTextAsync(_folder.File("simile.json"), TestContext.Current.CancellationToken)).Trim()
        );
        Assert.Empty(Directory.GetFiles(_folder.Path, "*.tmp"));
    }

    [Fact]
    public async Task NoQueriesAndAnOutputThatIsReadAreErrorsThatWriteNothing()
    {
        await WriteAsync([], []);
        var none = await CliProcess.RunAsync(null, "train", "fusion", _folder.File("data"), "--output", _folder.File("simile.json"));
        Assert.Equal(1, none.ExitCode);
        Assert.Contains("SIM602", none.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(_folder.File("simile.json")));

        var corpus = await File.ReadAllTextAsync(_folder.File("data", "corpus.jsonl"), TestContext.Current.CancellationToken);
        var over = await CliProcess.RunAsync(
            null,
            "train",
            "fusion",
            _folder.File("data"),
            "--output",
            _folder.File("data", "corpus.jsonl")
        );
        Assert.NotEqual(0, over.ExitCode);
        Assert.Contains("would destroy it", over.Error, StringComparison.Ordinal);
        Assert.Equal(corpus, await File.ReadAllTextAsync(_folder.File("data", "corpus.jsonl"), TestContext.Current.CancellationToken));
    }

    public void Dispose() => _folder.Dispose();

    private async Task WriteAsync(string[] queries, string[] judgements)
    {
        Directory.CreateDirectory(_folder.File("data", "qrels"));
        await File.WriteAllLinesAsync(
            _folder.File("data", "corpus.jsonl"),
            [
                """{"_id":"a","text":"a cat sleeps"}""",
                """{"_id":"b","text":"the engine of a lorry"}""",
                """{"_id":"c","text":"part zqx-17 of a pump"}""",
            ]
        );
        await File.WriteAllLinesAsync(_folder.File("data", "queries.jsonl"), queries);
        await File.WriteAllLinesAsync(_folder.File("data", "qrels", "test.tsv"), ["query-id\tcorpus-id\tscore", .. judgements]);
    }
}
