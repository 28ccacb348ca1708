using System.Text.Json;

namespace Simile.Cli.Tests;

/// <summary>One text that has no vector does not end an evaluation; it is counted and told.</summary>
public sealed class EvalTests : IDisposable
{
    // Marks of a script that simile-text-mini has no entry for, and nothing at all.
    private const string Unknown = "\u16A0\u16A1";
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task PairsWithoutAVectorAreLeftOutOfSts()
    {
        string[] known = ["5\ta cat sleeps\ta kitten sleeps", "3\tbread and butter\ta loaf of bread", "0\tan engine\ta song"];
        await File.WriteAllLinesAsync(_folder.File("known.tsv"), known);
        await File.WriteAllLinesAsync(_folder.File("all.tsv"), [known[0], $"1\t{Unknown}\ta cat", known[1], "2\ta cat\t", known[2]]);
        var expected = JsonDocument
            .Parse((await CliProcess.RunAsync(null, "eval", "sts", _folder.File("known.tsv"), "--json")).Output)
            .RootElement;
        var run = await CliProcess.RunAsync(null, "eval", "sts", _folder.File("all.tsv"), "--json");
        Assert.True(run.ExitCode == 0, run.Error);
        var result = JsonDocument.Parse(run.Output).RootElement;
        Assert.Equal((3, 2), (result.GetProperty("pairs").GetInt32(), result.GetProperty("left_out").GetInt32()));
        Assert.Equal(expected.GetProperty("pearson").GetDouble(), result.GetProperty("pearson").GetDouble());
        Assert.Contains("2 pairs left out", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task StsWithoutTwoVectorsIsRefused()
    {
        await File.WriteAllLinesAsync(_folder.File("none.tsv"), [$"1\t{Unknown}\ta cat", "2\ta cat\t", "3\ta cat\ta dog"]);
        var run = await CliProcess.RunAsync(null, "eval", "sts", _folder.File("none.tsv"));
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("SIM602", run.Error, StringComparison.Ordinal);
        Assert.Contains("SIM10", run.Error, StringComparison.Ordinal);
    }

    // Of two queries one finds its document first and the other cannot be asked: every mean is one half.
    [Fact]
    public async Task QueriesAndDocumentsWithoutAVectorAreCountedInRetrieval()
    {
        Directory.CreateDirectory(_folder.File("qrels"));
        await File.WriteAllLinesAsync(
            _folder.File("corpus.jsonl"),
            ["""{"_id":"a","text":"a cat sleeps"}""", """{"_id":"b","text":""}""", $$"""{"_id":"c","text":"{{Unknown}}"}"""]
        );
        await File.WriteAllLinesAsync(
            _folder.File("queries.jsonl"),
            ["""{"_id":"1","text":"a cat sleeps"}""", """{"_id":"2","text":""}"""]
        );
        await File.WriteAllLinesAsync(_folder.File("qrels", "test.tsv"), ["query-id\tcorpus-id\tscore", "1\ta\t1", "2\tb\t1"]);
        var run = await CliProcess.RunAsync(null, "eval", "retrieval", _folder.Path, "--json");
        Assert.True(run.ExitCode == 0, run.Error);
        var dense = JsonDocument.Parse(run.Lines[0]).RootElement;
        Assert.Equal(
            ("dense", 2, 1),
            (dense.GetProperty("mode").GetString(), dense.GetProperty("queries").GetInt32(), dense.GetProperty("unanswered").GetInt32())
        );
        Assert.Equal(
            (0.5, 0.5, 0.5),
            (dense.GetProperty("ndcg@10").GetDouble(), dense.GetProperty("recall@100").GetDouble(), dense.GetProperty("mrr@10").GetDouble())
        );
        Assert.Contains("2 documents without a vector", run.Error, StringComparison.Ordinal);
        Assert.Contains("1 query without a vector", run.Error, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();
}
