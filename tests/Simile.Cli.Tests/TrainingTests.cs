using System.Diagnostics;
using System.Text.Json;
using Simile.Training.Static;

namespace Simile.Cli.Tests;

/// <summary>The verbs that train text models, as a user runs them.</summary>
public sealed class TrainingTests : IDisposable
{
    private static readonly string[] Formats = ["lines", "prose", "pairs", "groups", "articles", "synsets"];
    private static readonly string[] SourceFields = ["words_only", "text_column", "group_column", "has_header"];
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task PlainLinesWithoutARecipeTrainAModel()
    {
        var (corpus, tokenizer) = await PlainAsync();
        var trained = await CliProcess.RunAsync(
            null,
            "train",
            "static",
            "--corpus",
            corpus,
            "--tokenizer",
            tokenizer,
            "--output",
            _folder.File("m")
        );
        Assert.True(trained.ExitCode == 0, trained.Error);
        Assert.Single(
            trained.Error.Split('\n'),
            line =>
                line.StartsWith(
                    "No recipe: 300 lines of plain text in 1 file; 256 dimensions, 300 steps of 128 pairs, seed 1.",
                    StringComparison.Ordinal
                )
        );
        var embedded = await CliProcess.RunAsync(null, "embed", "river bread", "--model", _folder.File("m"), "--json");
        Assert.Equal(
            (0, 256),
            (embedded.ExitCode, JsonDocument.Parse(embedded.Lines[0]).RootElement.GetProperty("embedding").GetArrayLength())
        );
    }

    [Fact]
    public async Task HelpAndDocsNameEveryFieldAndFormat()
    {
        using var recipe = JsonDocument.Parse(StaticRecipe.Write(new StaticTrainerOptions { Sources = [] }));
        var fields = recipe.RootElement.EnumerateObject().Select(field => field.Name).Except(["threads"]).ToArray();
        var docs = await File.ReadAllTextAsync(RepositoryRoot.Find("docs", "training.md"));
        Assert.All(
            [.. fields, .. Formats, .. SourceFields],
            word =>
                Assert.Contains(
                    $"`{word}`",
                    docs.Replace("`\"words_only\": true`", "`words_only`", StringComparison.Ordinal),
                    StringComparison.Ordinal
                )
        );
        foreach (
            var verb in (string[][])
                [
                    ["train", "--help"],
                    ["train", "static", "--help"],
                ]
        )
        {
            var help = await CliProcess.RunAsync(null, verb);
            Assert.All([.. fields, .. Formats, .. SourceFields], word => Assert.Contains(word, help.Output, StringComparison.Ordinal));
        }

        var tokenizer = await CliProcess.RunAsync(null, "train", "tokenizer", "--help");
        Assert.All([.. Formats, .. SourceFields], word => Assert.Contains(word, tokenizer.Output, StringComparison.Ordinal));
    }

    [Fact]
    public async Task TheExamplesOfTheDocsRun()
    {
        var blocks = (await File.ReadAllTextAsync(RepositoryRoot.Find("docs", "training.md")))
            .Split("```")
            .Where(block => block.StartsWith("sh\n", StringComparison.Ordinal))
            .Select(block => block[3..]);
        var program = Path.Combine(AppContext.BaseDirectory, "Simile.Cli.dll");
        var start = new ProcessStartInfo(
            "bash",
            [
                "-e",
                "-c",
                $"ln -s '{RepositoryRoot.Find("samples")}' samples; simile() {{ dotnet '{program}' \"$@\"; }}\n{string.Concat(blocks)}",
            ]
        )
        {
            WorkingDirectory = _folder.Path,
            UseShellExecute = false,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        using var process = Process.Start(start)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        await output;
        Assert.True(process.ExitCode == 0, await error);
        Assert.True(
            File.Exists(_folder.File("my-model", "model.safetensors")) && File.Exists(_folder.File("faq-model", "model.safetensors"))
        );
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n \n\n")]
    [InlineData("one line with some words\n")]
    [InlineData("equal lines\nequal lines\n\nequal lines\n")]
    public async Task APlainCorpusWithNothingToLearnIsRefused(string corpus)
    {
        var (_, tokenizer) = await PlainAsync();
        await File.WriteAllTextAsync(_folder.File("poor.txt"), corpus);
        foreach (
            var rest in (string[][])
                [
                    ["tokenizer"],
                    ["static", "--tokenizer", tokenizer],
                ]
        )
        {
            var refused = await CliProcess.RunAsync(
                null,
                ["train", .. rest, "--corpus", _folder.File("poor.txt"), "--output", _folder.File("poor")]
            );
            Assert.Equal(1, refused.ExitCode);
            Assert.Contains("SIM601", refused.Error, StringComparison.Ordinal);
            Assert.Empty(Directory.GetFileSystemEntries(_folder.Path, "poor*").Except([_folder.File("poor.txt")]));
        }
    }

    [Fact]
    public async Task WhatAKilledTrainingLeavesTheNextOneTakesAway()
    {
        var (corpus, tokenizer) = await PlainAsync();
        await File.WriteAllTextAsync(
            _folder.File("endless.json"),
            """{"sources":[{"file":"texts.txt","format":"lines"}],"steps":1000000000,"batch_size":64}"""
        );
        using (
            var process = CliProcess.Start(
                "train",
                "static",
                "--corpus",
                _folder.Path,
                "--recipe",
                _folder.File("endless.json"),
                "--tokenizer",
                tokenizer,
                "--output",
                _folder.File("m")
            )
        )
        {
            while (Directory.GetFiles(_folder.Path, "training.lock", SearchOption.AllDirectories).Length == 0)
            {
                Assert.False(process.HasExited, "The training ended before it could be killed.");
                await Task.Delay(20);
            }

            process.Kill();
            await process.WaitForExitAsync();
        }

        Assert.Single(Directory.GetDirectories(_folder.Path, "m.part-*"));
        Assert.False(Directory.Exists(_folder.File("m")));
        string[] foreign = [Foreign("m.part-mine"), Foreign($"m.part-{Guid.NewGuid():N}"), Foreign($"other.part-{Guid.NewGuid():N}")];
        var trained = await CliProcess.RunAsync(
            null,
            "train",
            "static",
            "--corpus",
            corpus,
            "--tokenizer",
            tokenizer,
            "--output",
            _folder.File("m")
        );
        Assert.True(trained.ExitCode == 0, trained.Error);
        Assert.Equal(
            [_folder.File("m"), .. foreign.Order(StringComparer.Ordinal)],
            Directory.GetDirectories(_folder.Path).Order(StringComparer.Ordinal)
        );
        Assert.Equal(7, Directory.GetFiles(_folder.File("m")).Length);
        Assert.All(foreign, folder => Assert.True(File.Exists(Path.Combine(folder, "letter.txt"))));
    }

    [Fact]
    public async Task ATrainingThatFailsLeavesNothing()
    {
        var (_, tokenizer) = await PlainAsync();
        await File.WriteAllTextAsync(
            _folder.File("wild.json"),
            """{"sources":[{"file":"texts.txt","format":"lines"}],"steps":100,"batch_size":64,"learning_rate":1e30}"""
        );
        var before = Directory.GetFileSystemEntries(_folder.Path).Order(StringComparer.Ordinal).ToArray();
        var failed = await CliProcess.RunAsync(
            null,
            "train",
            "static",
            "--corpus",
            _folder.Path,
            "--recipe",
            _folder.File("wild.json"),
            "--tokenizer",
            tokenizer,
            "--output",
            _folder.File("m")
        );
        Assert.Equal(1, failed.ExitCode);
        Assert.Contains("SIM601", failed.Error, StringComparison.Ordinal);
        Assert.Equal(before, Directory.GetFileSystemEntries(_folder.Path).Order(StringComparer.Ordinal));
    }

    public void Dispose() => _folder.Dispose();

    private string Foreign(string name)
    {
        File.WriteAllText(Path.Combine(Directory.CreateDirectory(_folder.File(name)).FullName, "letter.txt"), "mine");
        return _folder.File(name);
    }

    private async Task<(string Corpus, string Tokenizer)> PlainAsync()
    {
        string[] words = ["river", "bread", "music", "engine", "cloud", "paper", "stone", "garden", "window", "number"];
        var random = new Random(5);
        var lines = Enumerable
            .Range(0, 300)
            .Select(_ => string.Join(' ', Enumerable.Range(0, 9).Select(_ => words[random.Next(words.Length)])));
        await File.WriteAllLinesAsync(_folder.File("texts.txt"), lines);
        var made = await CliProcess.RunAsync(
            null,
            "train",
            "tokenizer",
            "--corpus",
            _folder.File("texts.txt"),
            "--output",
            _folder.File("tokenizer.json")
        );
        Assert.True(made.ExitCode == 0, made.Error);
        return (_folder.File("texts.txt"), _folder.File("tokenizer.json"));
    }
}
