using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Simile.Packages.Tests;

/// <summary>Runs programs of this machine's SDK and those that it makes.</summary>
internal static class Shell
{
    /// <summary>The folder of the runtime that runs the tests, for programs that look for one.</summary>
    private static readonly string DotnetRoot = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", ".."));

    /// <summary>Runs a program to its end.</summary>
    /// <param name="folder">Where it runs.</param>
    /// <param name="packages">The folder that NuGet keeps packages in, or null for the machine's own.</param>
    /// <param name="program">The program, and its arguments.</param>
    public static async Task<ShellResult> RunAsync(string folder, string? packages, string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // A build server would outlive the test and hold its output open.
        foreach (
            var (name, value) in new[]
            {
                ("MSBUILDDISABLENODEREUSE", "1"),
                ("UseSharedCompilation", "false"),
                ("DOTNET_CLI_USE_MSBUILD_SERVER", "0"),
                ("DOTNET_CLI_TELEMETRY_OPTOUT", "1"),
                ("DOTNET_NOLOGO", "1"),
                ("DOTNET_CLI_UI_LANGUAGE", "en"),
                ("DOTNET_ROOT", DotnetRoot),
            }
        )
        {
            start.Environment[name] = value;
        }

        start.Environment.Remove("SIMILE_MODELS");
        start.Environment.Remove("SIMILE_MODEL");
        start.Environment["XDG_CACHE_HOME"] = Path.Combine(folder, "cache");
        if (program != "dotnet")
        {
            start.Environment["XDG_CONFIG_HOME"] = Path.Combine(folder, "settings");
        }

        if (packages is not null)
        {
            start.Environment["NUGET_PACKAGES"] = packages;
        }

        using var process = Process.Start(start)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return new ShellResult(process.ExitCode, await output, await error);
    }

    /// <summary>Runs a program that must succeed.</summary>
    /// <returns>What it wrote to standard output, line by line.</returns>
    public static async Task<string[]> LinesAsync(string folder, string? packages, string program, params string[] arguments)
    {
        var result = await RunAsync(folder, packages, program, arguments);
        Assert.True(
            result.ExitCode == 0,
            $"{program} {string.Join(' ', arguments)} ended with {result.ExitCode}:\n{result.Output}\n{result.Error}"
        );
        return result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
    }
}

/// <summary>How a run ended.</summary>
internal sealed record ShellResult(int ExitCode, string Output, string Error);
