using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Simile.Cli.Output;

namespace Simile.Cli.Tests;

/// <summary>What reaches the user's terminal, and what happens when nobody looks any more.</summary>
public sealed class TerminalTests : IDisposable
{
    // ESC, OSC 8 and 52, C1, DEL, overrides and isolates of direction, no width, tags.
    private const string Evil =
        "a\u001b[31mb\u001b]8;;http://x\u0007c\u001b]52;c;aGk=\u0007"
        + "\u009b2J\u007f\u0008\u202edcba\u202c\u2066x\u2069\u200e\u200f\u061c\u200b\u2060\ufeff\U000e0041\u2028z";
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task NothingOfAFileReachesTheTerminalRaw()
    {
        var text = "# " + Evil + "\n\nowls " + Evil + "\n";
        var path = _folder.File(Evil.Replace("/", string.Empty, StringComparison.Ordinal) + ".md");
        await File.WriteAllTextAsync(path, text, TestContext.Current.CancellationToken);
        string[][] runs =
        [
            ["embed", "@" + path],
            ["compare", "@" + path, Evil],
            ["inspect", "@" + path],
            ["inspect", "@" + path, "--json"],
            ["classify", "@" + path, "--labels", $"{Evil},dog"],
            ["search", "owls", "--in", _folder.Path],
            ["search", "owls", "--in", _folder.Path, "--json"],
            ["embed", "@" + path + Evil],
            ["compare", "x", "y", "--model", Evil],
            ["models", "show", Evil],
            ["models", "pull", Evil],
            ["models", "remove", Evil],
            ["models", "verify", Evil],
            ["eval", "sts", path],
            ["eval", "retrieval", path],
            ["bench", "--corpus", Evil],
            ["search", "owls", "--store", Evil],
            ["embed", "x", "--output", Evil],
            ["index", Evil, "--store", _folder.File("i.db")],
            [Evil],
            ["embed", "x", "--threads", Evil],
            ["train", "static", "--recipe", Evil, "--corpus", Evil, "--tokenizer", Evil, "--output", _folder.File("m")],
        ];
        foreach (var run in runs)
        {
            var result = await CliProcess.RunAsync(null, run);
            Assert.All(
                (result.Output + result.Error).EnumerateRunes(),
                rune => Assert.False(IsForbidden(rune), $"U+{rune.Value:X4} came out of {string.Join(' ', run.Take(2))}")
            );
            if (run.Contains("--json"))
            {
                Assert.All(result.Lines, line => JsonDocument.Parse(line));
            }
        }
    }

    [Theory]
    [InlineData("plain, ümläut, 漢字, 😀, tab\there\n", "plain, ümläut, 漢字, 😀, tab\there\n")]
    [InlineData("\u001b[2J", @"\u001b[2J")]
    [InlineData("a\rb\0", @"a\u000db\u0000")]
    [InlineData("\u0085\u009b\u007f", @"\u0085\u009b\u007f")]
    [InlineData("\u202e\u2066\u061c\u200b\ufeff\u00ad", @"\u202e\u2066\u061c\u200b\ufeff\u00ad")]
    [InlineData("\U000e0041\U000e007f", @"\U000e0041\U000e007f")]
    [InlineData("a\u200db", @"a\u200db")]
    [InlineData("می\u200cخواهم 👩\u200d🚀 क्\u200dष", "می\u200cخواهم 👩\u200d🚀 क्\u200dष")]
    public void WhatATerminalWouldObeyIsShown(string text, string shown) => Assert.Equal(shown, SafeText.Escape(text));

    [Fact]
    public void HalfAPairAndLineEndsAreShown()
    {
        Assert.Equal(@"a\ud800b", SafeText.Escape("a\ud800b"));
        Assert.Equal(@"a\u000ab\u0009c", SafeText.Line("a\nb\tc"));
        Assert.Equal(
            "\"\U000e0041\u200b\\\\\u202e\"",
            JsonSerializer.Deserialize<JsonElement>(SafeText.Json("\"\U000e0041\u200b\\\\\u202e\"")).GetRawText() is var raw
                ? Unescaped(raw)
                : null
        );
    }

    [Fact]
    public async Task AReaderThatGoesAwayEndsTheRun()
    {
        var path = await ManyLinesAsync();
        using var process = CliProcess.Start("embed", "@" + path, "--lines");
        process.StandardInput.Close();
        Assert.StartsWith(
            "{\"index\":0",
            await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken),
            StringComparison.Ordinal
        );
        process.StandardOutput.Close();
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(
            (141, string.Empty),
            (process.ExitCode, await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken))
        );
    }

    [Theory]
    [InlineData("embed", "x")]
    [InlineData("compare", "x", "y")]
    [InlineData("models", "list")]
    [InlineData("--help")]
    public async Task AFullDiskIsAnErrorWithItsCode(params string[] arguments)
    {
        var (exitCode, error) = await ShellAsync("exec \"$@\" > /dev/full", arguments);
        Assert.Equal(1, exitCode);
        Assert.Contains("error SIM902: ", error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("TERM", 143)]
    [InlineData("INT", 130)]
    public async Task AStoppedRunSaysOnlyWhatIsSo(string signal, int wanted)
    {
        var path = await ManyLinesAsync();
        using var process = CliProcess.Start("embed", "@" + path, "--lines");
        await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken);
        var rest = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        using var kill = Process.Start("kill", [$"-{signal}", $"{process.Id}"]);
        await rest;
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(
            (wanted, "Stopped.\n"),
            (process.ExitCode, await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken))
        );
    }

    public void Dispose() => _folder.Dispose();

    private async Task<string> ManyLinesAsync()
    {
        var path = _folder.File("many.txt");
        await File.WriteAllLinesAsync(
            path,
            Enumerable.Range(0, 500_000).Select(i => $"line {i} of a long file of lines"),
            TestContext.Current.CancellationToken
        );
        return path;
    }

    private static string Unescaped(string raw) =>
        "\"" + JsonSerializer.Deserialize<string>(raw)!.Replace("\\", "\\\\", StringComparison.Ordinal) + "\"";

    private static bool IsForbidden(Rune rune) =>
        rune.Value is not '\n' and not '\t'
        && (
            rune.Value
            is < 0x20
                or (>= 0x7F and < 0xA0)
                or 0x61C
                or (>= 0x200B and <= 0x200F)
                or (>= 0x2028 and <= 0x202E)
                or 0x2060
                or (>= 0x2066 and <= 0x2069)
                or 0xFEFF
                or (>= 0xE0000 and <= 0xE007F)
        );

    private static async Task<(int ExitCode, string Error)> ShellAsync(string script, string[] arguments)
    {
        var start = new ProcessStartInfo(
            "sh",
            ["-c", script, "sh", "dotnet", Path.Combine(AppContext.BaseDirectory, "Simile.Cli.dll"), .. arguments]
        )
        {
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        using var process = Process.Start(start)!;
        var error = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, error);
    }
}
