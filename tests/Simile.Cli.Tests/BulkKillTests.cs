using System.Text.Json;

namespace Simile.Cli.Tests;

/// <summary>A bulk embedding is killed at random moments; in the end its files must be those of an undisturbed run.</summary>
public sealed class BulkKillTests : IDisposable
{
    private const int Kills = 4;
    private const int Lines = 50_000;
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task ABulkEmbeddingSurvivesBeingKilled()
    {
        var input = await WriteAsync();
        var (whole, killed) = (_folder.File("whole.npy"), _folder.File("killed.npy"));
        Assert.Equal(1, (await RunAsync(input, whole)).ExitCode);
        var random = new Random(4);
        var (interrupted, longest) = (0, 1100);
        for (var i = 0; i < Kills || interrupted == 0; i++)
        {
            using var process = CliProcess.Start("embed", "@" + input, "--lines", "--dimensions", "64", "--output", killed);
            // One that was faster is killed earlier the next time; at once, in the end.
            (interrupted, longest) = process.WaitForExit(random.Next(longest)) ? (interrupted, longest / 2) : (interrupted + 1, longest);
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
        }

        var last = await RunAsync(input, killed);
        Assert.Equal(1, last.ExitCode);
        Assert.Contains($"{Lines} vectors", last.Error, StringComparison.Ordinal);
        Assert.Equal(await File.ReadAllBytesAsync(whole), await File.ReadAllBytesAsync(killed));
        Assert.Equal(await File.ReadAllBytesAsync(whole + ".errors.jsonl"), await File.ReadAllBytesAsync(killed + ".errors.jsonl"));
        Assert.Equal(5, Directory.GetFiles(_folder.Path).Length);
    }

    [Fact]
    public async Task WhatIsUnfinishedIsOnlyContinuedAsItWasBegun()
    {
        var (input, output) = (_folder.File("in.txt"), _folder.File("v.db"));
        await File.WriteAllTextAsync(input, "one\ntwo\n");
        await File.WriteAllTextAsync(
            _folder.File("v.npy.progress"),
            """{"identity":"other","position":{"rows":1,"bytes":4,"digest":"0","failed":0},"output_bytes":0,"error_bytes":0,"completing":false}"""
        );
        var refused = await CliProcess.RunAsync(null, "embed", "@" + input, "--lines", "--output", _folder.File("v.npy"));
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("SIM722", refused.Error, StringComparison.Ordinal);
        Assert.Equal(
            0,
            (await CliProcess.RunAsync(null, "embed", "@" + input, "--lines", "--restart", "--output", _folder.File("v.npy"))).ExitCode
        );
        Assert.Equal(0, (await CliProcess.RunAsync(null, "embed", "@" + input, "--lines", "--output", output)).ExitCode);
        Assert.True(File.Exists(output));
    }

    public void Dispose() => _folder.Dispose();

    private static Task<CliResult> RunAsync(string input, string output) =>
        CliProcess.RunAsync(null, "embed", "@" + input, "--lines", "--dimensions", "64", "--output", output);

    private async Task<string> WriteAsync()
    {
        var random = new Random(5);
        string[] words = ["river", "bread", "music", "engine", "cloud", "paper", "stone", "garden", "window", "number"];
        var path = _folder.File("in.jsonl");
        await File.WriteAllLinesAsync(
            path,
            Enumerable
                .Range(0, Lines)
                .Select(i =>
                    i % 1009 == 5
                        ? "no json"
                        : JsonSerializer.Serialize(
                            new { text = string.Join(' ', Enumerable.Range(0, 50).Select(_ => words[random.Next(words.Length)])) + $" {i}" }
                        )
                )
        );
        return path;
    }
}
