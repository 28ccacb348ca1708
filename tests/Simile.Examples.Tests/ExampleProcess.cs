using System.Diagnostics;

namespace Simile.Examples.Tests;

/// <summary>Runs a program that lies beside the tests, with the runtime and the libraries of the tests.</summary>
internal static class ExampleProcess
{
    /// <summary>Runs a program to its end, which must be a good one.</summary>
    /// <param name="program">The name of its assembly.</param>
    /// <param name="folder">Where it runs. Default: the repository's root, as the first lines of the examples say.</param>
    public static async Task<string[]> LinesAsync(string program, string? folder = null)
    {
        var tests = Path.Combine(AppContext.BaseDirectory, typeof(ExampleProcess).Assembly.GetName().Name!);
        string[] arguments =
        [
            "exec",
            "--runtimeconfig",
            tests + ".runtimeconfig.json",
            "--depsfile",
            tests + ".deps.json",
            Path.Combine(AppContext.BaseDirectory, program + ".dll"),
        ];
        var start = new ProcessStartInfo("dotnet", arguments)
        {
            WorkingDirectory = folder ?? RepositoryRoot.Find(),
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"{program} ended with {process.ExitCode}:\n{await output}\n{await error}");
        return (await output).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
    }
}
