using System.CommandLine;
using System.Diagnostics;

namespace Simile.Cli.Tests;

/// <summary>Completion in a real bash, and the answers that all shells ask for.</summary>
public sealed class CompletionTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData("embed", "emb")]
    [InlineData("list", "cache", "l")]
    [InlineData("retrieval", "eval", "r")]
    [InlineData("--dimensions", "embed", "--dim")]
    [InlineData("--labels", "classify", "a text", "--lab")]
    [InlineData("--instruction", "rerank", "a query", "--in")]
    [InlineData("keyword", "search", "owls", "--mode", "k")]
    [InlineData("simile-text-mini", "search", "owls", "--rerank", "simile-t")]
    [InlineData("simile-text-mini", "compare", "--model", "simile-t")]
    [InlineData("simile-text-mini", "models", "show", "simile-t")]
    [InlineData("zsh", "completion", "z")]
    public async Task BashCompletes(string expected, params string[] words) => Assert.Equal([expected], await BashAsync(words));

    [Fact]
    public async Task BashShowsAllVerbsAndAllOptions()
    {
        var verbs = SimileCommand.Create().Subcommands.Where(verb => !verb.Hidden).Select(verb => verb.Name).Order(StringComparer.Ordinal);
        Assert.Equal(verbs, await BashAsync(string.Empty));
        var options = SimileCommand.Create().Subcommands.Single(verb => verb.Name == "search").Options.Select(option => option.Name);
        Assert.Superset(options.ToHashSet(), (await BashAsync("search", "--")).ToHashSet());
    }

    [Fact]
    public async Task BashCompletesFilesBehindTheirSign()
    {
        File.WriteAllText(_folder.File("a b.txt"), "x");
        Assert.Equal(["@" + _folder.File("a b.txt")], await BashAsync("embed", "@" + _folder.File("a")));
    }

    [Theory]
    [InlineData("embed", "+")]
    [InlineData("embed", "--", "+--")]
    [InlineData("embed", "--output", "+e")]
    [InlineData("search", "x", "--top", "+")]
    [InlineData("nothing")]
    public async Task WhereATextOrAFileStandsNothingIsOffered(params string[] words)
    {
        var result = await CliProcess.RunAsync(null, ["completion", "words", "--", .. words]);
        Assert.Equal((0, string.Empty, string.Empty), (result.ExitCode, result.Output, result.Error));
    }

    [Theory]
    [InlineData("zsh", "compdef _simile simile")]
    [InlineData("fish", "complete -c simile")]
    [InlineData("pwsh", "Register-ArgumentCompleter -Native -CommandName simile")]
    public async Task OtherShellsAskTheSameProgram(string shell, string registers)
    {
        var result = await CliProcess.RunAsync(null, "completion", shell);
        Assert.Equal(0, result.ExitCode);
        Assert.Contains("completion words -- ", result.Output, StringComparison.Ordinal);
        Assert.Contains(registers, result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnUnknownShellIsWrongUsage() => Assert.Equal(2, (await CliProcess.RunAsync(null, "completion", "tcsh")).ExitCode);

    public void Dispose() => _folder.Dispose();

    // As bash does it: the script is sourced, its function called with the words of the line.
    private static async Task<string[]> BashAsync(params string[] words)
    {
        const string Script = """
            simile() { dotnet "$program" "$@"; }
            source <(simile completion bash)
            [[ $(complete -p simile) == *"-F _simile simile" ]] || exit 3
            COMP_WORDS=(simile "$@") COMP_CWORD=$#
            _simile
            printf '%s\n' "${COMPREPLY[@]}"
            """;
        var start = new ProcessStartInfo("bash") { RedirectStandardOutput = true, UseShellExecute = false };
        start.Environment["program"] = Path.Combine(AppContext.BaseDirectory, "Simile.Cli.dll");
        foreach (var argument in (string[])["-c", Script, "bash", .. words])
        {
            start.ArgumentList.Add(argument);
        }

        using var bash = Process.Start(start)!;
        var output = await bash.StandardOutput.ReadToEndAsync();
        await bash.WaitForExitAsync();
        Assert.Equal(0, bash.ExitCode);
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
