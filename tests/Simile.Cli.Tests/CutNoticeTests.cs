namespace Simile.Cli.Tests;

/// <summary>What is cut is said on standard error, once a run, whatever becomes of the vectors. The model takes 602 tokens; the long text
/// has 902 with the two around it.</summary>
public sealed class CutNoticeTests : IDisposable
{
    private static readonly string Model = RepositoryRoot.Find("tests", "Simile.Tests", "Reference", "encoders", "bert");
    private static readonly string Long = string.Join(' ', Enumerable.Repeat("ba de fi", 300));
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("1 of 2 texts was cut: 602 of 902 tokens count", "embed", "TEXT", "ba de")]
    [InlineData("1 of 2 texts was cut: 602 of 902 tokens count", "embed", "TEXT", "ba de", "--json")]
    [InlineData("1 of 1 text was cut: 602 of 902 tokens count", "embed", "TEXT", "--output", "FOLDER/x.npy")]
    [InlineData("2 of 3 texts were cut: 1,204 of 1,804 tokens count", "embed", "@LINES", "--lines", "--output", "FOLDER/x.jsonl")]
    [InlineData("1 of 2 texts was cut: 602 of 902 tokens count", "compare", "TEXT", "ba de")]
    [InlineData("1 of 1 text was cut: 602 of 902 tokens count", "classify", "TEXT", "--labels", "ba,de")]
    [InlineData("1 of 1 text was cut: 602 of 902 tokens count", "search", "TEXT", "--in", "DOCUMENTS")]
    public async Task WhatIsCutIsSaidOnce(string expected, params string[] arguments)
    {
        var lines = _folder.File("lines.txt");
        await File.WriteAllTextAsync(lines, $"ba de\n{Long}\n{Long}\n", TestContext.Current.CancellationToken);
        var documents = Directory.CreateDirectory(_folder.File("documents")).FullName;
        await File.WriteAllTextAsync(Path.Combine(documents, "a.txt"), "ba de fi", TestContext.Current.CancellationToken);
        string[] all =
        [
            .. arguments.Select(argument =>
                argument
                    .Replace("TEXT", Long, StringComparison.Ordinal)
                    .Replace("FOLDER", _folder.Path, StringComparison.Ordinal)
                    .Replace("LINES", lines, StringComparison.Ordinal)
                    .Replace("DOCUMENTS", documents, StringComparison.Ordinal)
            ),
            "--model",
            Model,
        ];
        var result = await CliProcess.RunAsync(null, all);
        Assert.Equal(0, result.ExitCode);
        Assert.Single(result.Error.Split('\n'), line => line == expected);
        Assert.DoesNotContain("tokens count", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WhatIsNotCutIsNotSaid()
    {
        var result = await CliProcess.RunAsync(null, "embed", "ba de", "--model", Model);
        Assert.DoesNotContain("cut", result.Error, StringComparison.Ordinal);
    }
}
