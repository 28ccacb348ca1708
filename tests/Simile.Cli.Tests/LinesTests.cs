using System.Text.Json;

namespace Simile.Cli.Tests;

/// <summary>--lines of inspect and compare; names that were meant, and one of a thing.</summary>
public sealed class LinesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task InspectTakesLines()
    {
        File.WriteAllText(_folder.File("in.txt"), "owls\n\nbread and butter\n");
        var json = await CliProcess.RunAsync(null, "inspect", "@" + _folder.File("in.txt"), "--lines", "--json");
        var rows = json.Lines.Select(line => JsonDocument.Parse(line).RootElement).ToArray();
        var alone = JsonDocument.Parse((await CliProcess.RunAsync(null, "inspect", "bread and butter", "--json")).Output).RootElement;
        Assert.Equal((0, 3), (json.ExitCode, rows.Length));
        Assert.Equal([0, 1, 2], rows.Select(row => row.GetProperty("index").GetInt32()));
        Assert.Equal(0, rows[1].GetProperty("ids").GetArrayLength());
        Assert.Equal(alone.GetProperty("ids").ToString(), rows[2].GetProperty("ids").ToString());
        var shown = await CliProcess.RunAsync("owls\nbread\n", "inspect", "-", "--lines");
        Assert.Equal(["Standard input line 1:", "Standard input line 2:"], shown.Lines.Where(line => line.EndsWith(':')));
    }

    [Fact]
    public async Task CompareTakesLines()
    {
        File.WriteAllText(_folder.File("a.txt"), "a small dog\nfresh bread\n\n");
        File.WriteAllText(_folder.File("b.jsonl"), "{\"text\":\"a puppy\"}\n{\"text\":\"a small dog\"}\n{\"text\":\"stars\"}\n");
        var both = await CliProcess.RunAsync(null, "compare", "@" + _folder.File("a.txt"), "@" + _folder.File("b.jsonl"), "--lines");
        Assert.Equal((1, 3, "-"), (both.ExitCode, both.Lines.Length, both.Lines[2]));
        Assert.Contains("a.txt line 3: SIM101", both.Error, StringComparison.Ordinal);
        var alone = await CliProcess.RunAsync(null, "compare", "a small dog", "a puppy");
        Assert.Equal(alone.Lines[0], both.Lines[0]);
        var one = await CliProcess.RunAsync(null, "compare", "a small dog", "@" + _folder.File("b.jsonl"), "--lines", "--json");
        Assert.Equal([0, 1, 2], one.Lines.Select(line => JsonDocument.Parse(line).RootElement.GetProperty("index").GetInt32()));
        Assert.Equal(1, JsonDocument.Parse(one.Lines[1]).RootElement.GetProperty("similarity").GetDouble(), 1e-5);
        File.WriteAllText(_folder.File("two.txt"), "one\ntwo\n");
        var unequal = await CliProcess.RunAsync(null, "compare", "@" + _folder.File("two.txt"), "@" + _folder.File("b.jsonl"), "--lines");
        Assert.Equal(2, unequal.ExitCode);
        Assert.Contains("the first input has 2 lines and the second 3", unequal.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AModelThatIsMisspeltIsGuessed()
    {
        foreach (
            var arguments in (string[][])
                [
                    ["compare", "a", "b", "--model", "simile-text-mni"],
                    ["models", "show", "simile-text-mni"],
                    ["models", "verify", "simile-text-mni"],
                ]
        )
        {
            var result = await CliProcess.RunAsync(null, arguments);
            Assert.Equal(1, result.ExitCode);
            Assert.Contains(
                "There is no model 'simile-text-mni'. Did you mean 'simile-text-mini'?",
                result.Error,
                StringComparison.Ordinal
            );
        }
    }

    [Fact]
    public async Task OneIsSingular()
    {
        File.WriteAllText(_folder.File("sts.tsv"), "1\towl\tbird\n5\towl\towl\n");
        Assert.Contains(
            " 2 pairs,",
            (await CliProcess.RunAsync(null, "eval", "sts", _folder.File("sts.tsv"))).Output,
            StringComparison.Ordinal
        );
        File.WriteAllText(_folder.File("a.txt"), "owls hunt at night");
        var index = await CliProcess.RunAsync(null, "index", _folder.File("a.txt"), "--store", _folder.File("i.db"));
        Assert.Contains("1 file: 1 new or changed (1 chunk)", index.Output, StringComparison.Ordinal);
        Assert.Contains(
            "1 vector of 256 values",
            (await CliProcess.RunAsync(null, "embed", "owl", "--output", _folder.File("v.npy"))).Error,
            StringComparison.Ordinal
        );
    }

    public void Dispose() => _folder.Dispose();
}
