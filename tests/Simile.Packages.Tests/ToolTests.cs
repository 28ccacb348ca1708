using System.Text.Json;

namespace Simile.Packages.Tests;

/// <summary>The command line, installed as a .NET tool.</summary>
public sealed class ToolTests(PackedFeed feed)
{
    [Fact]
    public async Task InstalledItEmbedsWithTheModelItBrings()
    {
        var folder = feed.NewFolder("tool");
        await Shell.LinesAsync(
            folder,
            feed.Unpacked,
            "dotnet",
            "tool",
            "install",
            "Simile.Cli",
            "--version",
            feed.Version,
            "--tool-path",
            Path.Combine(folder, "bin")
        );
        var program = Path.Combine(folder, "bin", OperatingSystem.IsWindows() ? "simile.exe" : "simile");
        var lines = await Shell.LinesAsync(folder, null, program, "embed", FreshProject.Sentence, "--json");
        using var line = JsonDocument.Parse(Assert.Single(lines));
        Golden.AssertFirst([.. line.RootElement.GetProperty("embedding").EnumerateArray().Select(value => value.GetSingle())]);
        Assert.Equal(["simile-image-mini", "simile-resnet-18", "simile-text-mini"], await NamesAsync(folder, program));
    }

    private static async Task<IEnumerable<string>> NamesAsync(string folder, string program)
    {
        var lines = await Shell.LinesAsync(folder, null, program, "models", "list", "--json");
        return lines
            .Select(line => JsonDocument.Parse(line).RootElement.GetProperty("name").GetString()!)
            .Where(name => name.StartsWith("simile-", StringComparison.Ordinal))
            .Order();
    }
}
