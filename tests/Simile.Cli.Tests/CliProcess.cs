using System.Diagnostics;

namespace Simile.Cli.Tests;

/// <summary>Runs the real program, as a user's shell would.</summary>
internal static class CliProcess
{
    private static readonly Dictionary<string, string> NoVariables = [];

    public static Task<CliResult> RunAsync(string? input, params string[] arguments) => RunAsync(input, NoVariables, arguments);

    public static async Task<CliResult> RunAsync(string? input, IReadOnlyDictionary<string, string> variables, params string[] arguments)
    {
        using var process = Start(variables, arguments);
        await process.StandardInput.WriteAsync(input ?? string.Empty);
        process.StandardInput.Close();
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return new CliResult(process.ExitCode, await output, await error);
    }

    public static Process Start(params string[] arguments) => Start(NoVariables, arguments);

    public static Process Start(IReadOnlyDictionary<string, string> variables, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "Simile.Cli.dll"));
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment["XDG_CACHE_HOME"] = Path.Combine(AppContext.BaseDirectory, "cache");
        start.Environment["XDG_CONFIG_HOME"] = Path.Combine(AppContext.BaseDirectory, "settings");
        start.Environment.Remove("SIMILE_MODEL");
        start.Environment["HF_HUB_CACHE"] = Path.Combine(AppContext.BaseDirectory, "cache", "hub");
        foreach (var (name, value) in variables)
        {
            start.Environment[name] = value;
        }

        // The NuGet configuration of the current folder counts.
        start.WorkingDirectory = variables.GetValueOrDefault("PWD", string.Empty);

        return Process.Start(start)!;
    }
}

/// <summary>How a run ended.</summary>
internal sealed record CliResult(int ExitCode, string Output, string Error)
{
    public string[] Lines => Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
