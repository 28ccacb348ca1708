using System.Globalization;

namespace Simile.Packages.Tests;

/// <summary>A model of one's own goes to a feed by the tool, and comes to others by 'dotnet add package' and by 'models pull'.</summary>
public sealed class PackedModelTests(PackedFeed feed)
{
    private const string Id = "Company.Model";

    [Fact]
    public async Task WhatIsPackedServesAProgramAndTheTool()
    {
        var folder = feed.NewFolder("packed");
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
        await File.WriteAllTextAsync(
            Path.Combine(folder, "NuGet.config"),
            """<configuration><packageSources><add key="company" value="feed" /></packageSources></configuration>"""
        );
        var simile = Path.Combine(folder, "bin", OperatingSystem.IsWindows() ? "simile.exe" : "simile");
        var own = Directory.CreateDirectory(Path.Combine(folder, "own", "company-model")).FullName;
        foreach (var path in Directory.GetFiles(RepositoryRoot.Find("models", "simile-text-mini")))
        {
            File.Copy(path, Path.Combine(own, Path.GetFileName(path)));
        }

        await Shell.LinesAsync(
            folder,
            null,
            simile,
            "models",
            "pack",
            own,
            "--id",
            Id,
            "--version",
            feed.Version,
            "--output",
            Path.Combine(folder, "feed")
        );
        Golden.AssertFirst(VectorOf(await ProgramAsync(folder)));

        var pulled = await Shell.LinesAsync(folder, null, simile, "models", "pull", $"nuget:{Id}@{feed.Version}");
        Assert.StartsWith("company-model", Assert.Single(pulled), StringComparison.Ordinal);
        var compared = await Shell.LinesAsync(
            folder,
            null,
            simile,
            "compare",
            FreshProject.Sentence,
            FreshProject.Sentence,
            "--model",
            "company-model"
        );
        Assert.Equal("1.0000", Assert.Single(compared));
        Assert.Equal(
            ["company-model: as published (largest difference 0)"],
            await Shell.LinesAsync(folder, null, simile, "models", "verify", "company-model")
        );
    }

    private async Task<string[]> ProgramAsync(string folder)
    {
        var (sources, program) = (
            RepositoryRoot.Find("tests", "Simile.Packages.Tests", "PackedModel"),
            Directory.CreateDirectory(Path.Combine(folder, "program")).FullName
        );
        var project = await File.ReadAllTextAsync(Path.Combine(sources, "PackedModel.csproj.xml"));
        await File.WriteAllTextAsync(
            Path.Combine(program, "PackedModel.csproj"),
            project.Replace("VERSION", feed.Version, StringComparison.Ordinal)
        );
        File.Copy(Path.Combine(sources, "Program.cs"), Path.Combine(program, "Program.cs"));
        await Shell.LinesAsync(program, feed.Unpacked, "dotnet", "add", "package", Id, "--version", feed.Version);
        await Shell.LinesAsync(program, feed.Unpacked, "dotnet", "publish", "-c", "Release", "-o", Path.Combine(program, "out"));
        var lines = await Shell.LinesAsync(
            folder,
            null,
            Path.Combine(program, "out", OperatingSystem.IsWindows() ? "PackedModel.exe" : "PackedModel"),
            FreshProject.Sentence
        );
        Assert.Equal(["True", "256"], lines[1..]);
        return lines;
    }

    private static float[] VectorOf(string[] lines) =>
        [.. lines[0].Split(' ').Select(value => float.Parse(value, CultureInfo.InvariantCulture))];
}
