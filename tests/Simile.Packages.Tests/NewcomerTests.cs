namespace Simile.Packages.Tests;

/// <summary>The first guesses of somebody new compile, with <c>using Simile;</c> alone and warnings as errors, and give what they
/// promise.</summary>
public sealed class NewcomerTests(PackedFeed feed)
{
    [Fact]
    public async Task FirstGuessesWork()
    {
        var folder = feed.NewFolder("newcomer");
        var sources = RepositoryRoot.Find("tests", "Simile.Packages.Tests", "Newcomer");
        var project = await File.ReadAllTextAsync(Path.Combine(sources, "Newcomer.csproj.xml"));
        await File.WriteAllTextAsync(
            Path.Combine(folder, "Newcomer.csproj"),
            project.Replace("VERSION", feed.Version, StringComparison.Ordinal)
        );
        File.Copy(Path.Combine(sources, "Program.cs"), Path.Combine(folder, "Program.cs"));
        var lines = await Shell.LinesAsync(
            folder,
            feed.Unpacked,
            "dotnet",
            "run",
            "-c",
            "Release",
            "--",
            RepositoryRoot.Find("samples", "pictures", "pizza.jpg")
        );
        Assert.Equal("256 True True 1 False True", lines[0]);
        Assert.Matches(@"^-?0\.\d+, -?0\.\d+$", lines[1]);
        Assert.Equal(
            [
                "True",
                "True 256 3",
                "True",
                "True",
                "a cat",
                "a cat a kitten",
                "True",
                "64",
                "64",
                "stopped",
                "True",
                "True",
                "True",
                "True",
                "True",
                "True",
            ],
            lines[2..]
        );
    }
}
