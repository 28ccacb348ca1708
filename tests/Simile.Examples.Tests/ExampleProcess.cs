using System.Diagnostics;

namespace Simile.Examples.Tests;

/// <summary>Runs a program that lies beside the tests.</summary>
internal static class ExampleProcess
{
    /// <summary>Runs an example in the repository's root, as its first lines say.</summary>
    public static Task<string[]> LinesAsync(string program) => LinesAsync([program + ".dll"], RepositoryRoot.Find());

    /// <summary>Runs a program that was compiled here, with the runtime and the libraries of the tests.</summary>
    public static Task<string[]> LinesAsync(string program, string folder)
    {
        var tests = Path.Combine(AppContext.BaseDirectory, typeof(ExampleProcess).Assembly.GetName().Name!);
        return LinesAsync(["exec", "--runtimeconfig", tests + ".runtimeconfig.json", "--depsfile", tests + ".deps.json", program + ".dll"], folder);
    }

    private static async Task<string[]> LinesAsync(string[] arguments, string folder)
    {
        arguments[^1] = Path.Combine(AppContext.BaseDirectory, arguments[^1]);
        var start = new ProcessStartInfo("dotnet", arguments) { WorkingDirectory = folder, UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"{arguments[^1]} ended with {process.ExitCode}:\n{await output}\n{await error}");
        return (await output).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
    }
}
