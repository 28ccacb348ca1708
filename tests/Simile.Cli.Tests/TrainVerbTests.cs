using System.Security.Cryptography;
using System.Text.Json;

namespace Simile.Cli.Tests;

/// <summary>'train tokenizer' and 'train static' through the real program: what they refuse to write over.</summary>
public sealed class TrainVerbTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public TrainVerbTests()
    {
        Directory.CreateDirectory(_folder.File("corpus"));
        File.WriteAllText(
            _folder.File("recipe.json"),
            """{"sources":[{"file":"pairs.tsv","format":"pairs"}],"steps":2,"batch_size":2,"max_tokens":8,"dimensions":[8]}"""
        );
        File.WriteAllLines(
            _folder.File("corpus", "pairs.tsv"),
            [
                "a small dog\ta puppy",
                "fresh bread\ta loaf from the oven",
                "the night sky\tstars and planets",
                "an old bridge\tstones over a river",
            ]
        );
        File.Copy(RepositoryRoot.Find("models", "simile-text-mini", "tokenizer.json"), _folder.File("tokenizer.json"));
        File.CreateSymbolicLink(_folder.File("linked"), _folder.File("corpus", "pairs.tsv"));
        File.WriteAllText(_folder.File("diary"), "mine");
    }

    [Theory]
    [InlineData("corpus", "state", "pairs.tsv")]
    [InlineData("model", "recipe.json", "is the input; writing")]
    [InlineData("model", "tokenizer.json", "is the input; writing")]
    [InlineData("model", "linked", "is the input; writing")]
    [InlineData("model", "diary", "diary")]
    [InlineData("diary", "state", "is a file")]
    public async Task StaticDestroysNothing(string output, string checkpoint, string says) =>
        await RefusedAsync(
            says,
            "static",
            "--tokenizer",
            _folder.File("tokenizer.json"),
            "--output",
            _folder.File(output),
            "--checkpoint",
            _folder.File(checkpoint)
        );

    [Theory]
    [InlineData("recipe.json", "is the input; writing")]
    [InlineData("corpus/pairs.tsv", "is the input; writing")]
    [InlineData("linked", "is the input; writing")]
    [InlineData("corpus", "is a folder")]
    public async Task TokenizerDestroysNothing(string output, string says) =>
        await RefusedAsync(says, "tokenizer", "--output", _folder.File(output));

    [Fact]
    public async Task AStudentIsDistilledFromTheModelInTheBox()
    {
        await File.WriteAllLinesAsync(
            _folder.File("texts.txt"),
            File.ReadAllLines(_folder.File("corpus", "pairs.tsv")).SelectMany(line => line.Split('\t'))
        );
        string[] command =
        [
            "train",
            "distill",
            "--teacher",
            "simile-text-mini",
            "--corpus",
            _folder.File("texts.txt"),
            "--output",
            _folder.File("student"),
            "--threads",
            "1",
        ];
        var result = await CliProcess.RunAsync(null, [.. command, "--dimensions", "32"]);
        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Contains("8 texts, 29,500 tokens, 32 of the teachers' 256 dimensions", result.Error, StringComparison.Ordinal);
        Assert.False(Path.Exists(_folder.File("student.teachers")));
        var embedded = await CliProcess.RunAsync(null, "embed", "fresh bread", "--json", "--model", _folder.File("student"));
        Assert.Equal(32, JsonDocument.Parse(embedded.Output).RootElement.GetProperty("embedding").GetArrayLength());

        (string[] Arguments, string Code)[] wrong =
        [
            (["--dimensions", "320"], "SIM901"),
            (["--teacher", "simile-image-mini"], "SIM106"),
            (["--tokenizer", _folder.File("none.json")], "SIM201"),
            (["--corpus", _folder.File("recipe.json")], "SIM601"),
        ];
        foreach (var (arguments, code) in wrong)
        {
            string[] changed = [.. command, .. arguments];
            var refused = await CliProcess.RunAsync(
                null,
                arguments[0] == "--corpus" ? [.. command.Where((_, i) => i is not (4 or 5)), .. arguments] : changed
            );
            Assert.InRange(refused.ExitCode, 1, 2);
            Assert.Contains(code, refused.Error, StringComparison.Ordinal);
            Assert.False(Path.Exists(_folder.File("student.teachers")));
        }
    }

    public void Dispose() => _folder.Dispose();

    private async Task RefusedAsync(string says, params string[] arguments)
    {
        var before = Contents();
        var result = await RunAsync(arguments);
        Assert.InRange(result.ExitCode, 1, 2);
        Assert.Contains(says, result.Error, StringComparison.Ordinal);
        Assert.Equal(before, Contents());
    }

    private Task<CliResult> RunAsync(string[] arguments) =>
        CliProcess.RunAsync(
            null,
            ["train", arguments[0], "--recipe", _folder.File("recipe.json"), "--corpus", _folder.File("corpus"), .. arguments[1..]]
        );

    private string[] Contents() =>
        [
            .. Directory
                .GetFiles(_folder.Path, "*", SearchOption.AllDirectories)
                .Order(StringComparer.Ordinal)
                .Select(path => path + Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(path)))),
        ];
}
