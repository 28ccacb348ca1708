using System.Text.Json;

namespace Simile.Cli.Tests;

/// <summary>One row a line, the same on standard output and in files; failed rows and cut texts are told by name and number; an output
/// never destroys an input.</summary>
public sealed class NamedRowTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task LinesArePromisedAlikeOnOutputAndInFiles()
    {
        var path = _folder.File("in.txt");
        byte[] bytes = [0xEF, 0xBB, 0xBF, .. "one\n\r\ntwo\rthree\u2028and\u0085more\r\n"u8, 0xFF, 0xFE, .. "\nfour"u8];
        await File.WriteAllBytesAsync(path, bytes, TestContext.Current.CancellationToken);
        var shown = await CliProcess.RunAsync(null, "embed", "@" + path, "--lines");
        var piped = await CliProcess.RunAsync(null, "embed", "@" + path, "--lines", "--output", _folder.File("v.jsonl"));
        var written = File.ReadAllLines(_folder.File("v.jsonl"));
        Assert.Equal((1, 1, 6, 6), (shown.ExitCode, piped.ExitCode, shown.Lines.Length, written.Length));
        foreach (var rows in (string[][])[shown.Lines, written])
        {
            Assert.Equal([null, "SIM101", null, null, "SIM103", null], rows.Select(CodeOf));
        }

        foreach (var error in (string[])[shown.Error, piped.Error])
        {
            Assert.Contains($"{path} line 2: SIM101: ", error, StringComparison.Ordinal);
            Assert.Contains($"{path} line 5: SIM103: ", error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task IdsAreKeptAndWrongRowsFailAlone()
    {
        var path = _folder.File("in.jsonl");
        await File.WriteAllTextAsync(
            path,
            "{\"id\":\"a\",\"text\":\"one\"}\n{\"id\":7,\"text\":5}\nnone\n\n{\"_id\":\"d\",\"text\":\"two\"}\n{\"text\":null}\n",
            TestContext.Current.CancellationToken
        );
        var shown = await CliProcess.RunAsync(null, "embed", "@" + path, "--lines");
        var piped = await CliProcess.RunAsync(null, "embed", "@" + path, "--lines", "--output", _folder.File("v.jsonl"));
        Assert.Equal((1, 1), (shown.ExitCode, piped.ExitCode));
        foreach (var rows in (string[][])[shown.Lines, File.ReadAllLines(_folder.File("v.jsonl"))])
        {
            Assert.Equal([null, "SIM502", "SIM502", "SIM502", null, "SIM502"], rows.Select(CodeOf));
            Assert.Equal(
                ["a", "7", null, null, "d", null],
                rows.Select(row => JsonDocument.Parse(row).RootElement.TryGetProperty("id", out var id) ? id.GetString() : null)
            );
        }
    }

    [Fact]
    public async Task AFolderIsItsFilesWithTheirNames()
    {
        Directory.CreateDirectory(_folder.File("docs"));
        string[] paths = [_folder.File("docs", "a.md"), _folder.File("docs", "b.txt"), _folder.File("docs", "c.txt")];
        await File.WriteAllTextAsync(paths[0], "owls", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(paths[1], string.Empty, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(paths[2], "bread", TestContext.Current.CancellationToken);
        var result = await CliProcess.RunAsync(null, "embed", "@" + _folder.File("docs"), "--output", _folder.File("v.npy"));
        Assert.Equal(1, result.ExitCode);
        Assert.Contains($"{paths[1]}: SIM101: ", result.Error, StringComparison.Ordinal);
        Assert.Equal(paths, File.ReadAllLines(_folder.File("v.npy.names")));
        var sorted = await CliProcess.RunAsync(null, "classify", "@" + _folder.File("docs"), "--labels", "bird,food");
        Assert.Equal([paths[0], paths[2]], sorted.Lines.Select(line => line.Split('\t')[0]).Distinct());
        Assert.Contains($"{paths[1]}: SIM101: ", sorted.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("linked.jsonl")]
    [InlineData("hard.jsonl")]
    [InlineData("./in.jsonl")]
    [InlineData("in.jsonl")]
    public async Task AnOutputNeverDestroysItsInput(string output)
    {
        var input = _folder.File("in.jsonl");
        const string Text = "{\"text\":\"one\"}\n";
        await File.WriteAllTextAsync(input, Text, TestContext.Current.CancellationToken);
        File.CreateSymbolicLink(_folder.File("linked.jsonl"), input);
        using (var link = System.Diagnostics.Process.Start("ln", [input, _folder.File("hard.jsonl")]))
        {
            await link.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        foreach (
            var lines in (string[][])
                [
                    ["--lines"],
                    [],
                ]
        )
        {
            var result = await CliProcess.RunAsync(null, ["embed", "@" + input, "--output", Path.Join(_folder.Path, output), .. lines]);
            Assert.Equal(2, result.ExitCode);
            Assert.Contains("is the input; writing", result.Error, StringComparison.Ordinal);
            Assert.Equal(Text, await File.ReadAllTextAsync(input, TestContext.Current.CancellationToken));
            Assert.Equal(3, Directory.GetFiles(_folder.Path).Length);
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData("--restart")]
    public async Task APartOfSomebodyElseIsLeftAlone(string? restart)
    {
        await File.WriteAllTextAsync(_folder.File("in.txt"), "one\n", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(_folder.File("v.npy.part"), "a download of mine", TestContext.Current.CancellationToken);
        var result = await CliProcess.RunAsync(
            null,
            "embed",
            "@" + _folder.File("in.txt"),
            "--lines",
            "--output",
            _folder.File("v.npy"),
            restart ?? "--json"
        );
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("SIM722", result.Error, StringComparison.Ordinal);
        Assert.Equal("a download of mine", await File.ReadAllTextAsync(_folder.File("v.npy.part"), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task AProgressOfSomebodyElseIsLeftAlone()
    {
        await File.WriteAllTextAsync(_folder.File("in.txt"), "one\n", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(_folder.File("v.npy.progress"), "my diary", TestContext.Current.CancellationToken);
        var result = await CliProcess.RunAsync(
            null,
            "embed",
            "@" + _folder.File("in.txt"),
            "--lines",
            "--output",
            _folder.File("v.npy"),
            "--restart"
        );
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("SIM722", result.Error, StringComparison.Ordinal);
        Assert.Equal("my diary", await File.ReadAllTextAsync(_folder.File("v.npy.progress"), TestContext.Current.CancellationToken));
    }

    private static string? CodeOf(string row) =>
        JsonDocument.Parse(row).RootElement.TryGetProperty("error", out var error) ? error.GetProperty("code").GetString() : null;

    public void Dispose() => _folder.Dispose();
}
