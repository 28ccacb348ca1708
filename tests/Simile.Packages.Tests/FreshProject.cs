using System.Globalization;

namespace Simile.Packages.Tests;

/// <summary>A console project far from the repository; its one tie to Simile is the packages.</summary>
public sealed class FreshProject(PackedFeed feed) : IAsyncLifetime
{
    /// <summary>The first text of the model's golden vectors.</summary>
    public const string Sentence = "A short sentence about the weather.";
    private readonly string _folder = feed.NewFolder("consumer");
    private string[] _arguments = [];

    /// <summary>What the program prints when it is built and run plainly.</summary>
    public ConsumerOutput Plain { get; private set; } = ConsumerOutput.None;

    public async ValueTask InitializeAsync()
    {
        var project = await File.ReadAllTextAsync(RepositoryRoot.Find("tests", "Simile.Packages.Tests", "Consumer", "Consumer.csproj.xml"));
        await File.WriteAllTextAsync(
            Path.Combine(_folder, "Consumer.csproj"),
            project.Replace("VERSION", feed.Version, StringComparison.Ordinal)
        );
        File.Copy(RepositoryRoot.Find("tests", "Simile.Packages.Tests", "Consumer", "Program.cs"), Path.Combine(_folder, "Program.cs"));
        var documents = Directory.CreateDirectory(Path.Combine(_folder, "documents")).FullName;
        await File.WriteAllTextAsync(
            Path.Combine(documents, "bread.html"),
            "<html><body><h1>Bread</h1><p>Stale bread can be toasted.</p></body></html>"
        );
        await File.WriteAllTextAsync(
            Path.Combine(documents, "weather.csv"),
            "title,text\nWeather,The weather report is a short sentence: sun today and rain tomorrow.\n"
        );
        _arguments = [Sentence, documents, RepositoryRoot.Find("samples", "pictures", "pizza.jpg")];
        Plain = ConsumerOutput.Of(await Shell.LinesAsync(_folder, feed.Unpacked, "dotnet", ["run", "-c", "Release", "--", .. _arguments]));
    }

    /// <summary>Publishes the program with everything that it does not use cut away, every warning an error, and runs what is
    /// left.</summary>
    public async Task<ConsumerOutput> PublishTrimmedAsync()
    {
        var published = Path.Combine(_folder, "published");
        var result = await Shell.RunAsync(
            _folder,
            feed.Unpacked,
            "dotnet",
            "publish",
            "-c",
            "Release",
            "--use-current-runtime",
            "--self-contained",
            "-p:PublishTrimmed=true",
            "-o",
            published
        );
        if (
            result.Output.Contains("error NU110", StringComparison.Ordinal)
            && result.Output.Contains("Microsoft.NETCore.App.Runtime", StringComparison.Ordinal)
        )
        {
            Assert.Skip("The runtime pack, which a self-contained program needs, cannot be had here.");
        }

        Assert.True(result.ExitCode == 0, result.Output + result.Error);
        var program = Path.Combine(published, OperatingSystem.IsWindows() ? "Consumer.exe" : "Consumer");
        return ConsumerOutput.Of(await Shell.LinesAsync(_folder, null, program, _arguments));
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

/// <summary>What the console project prints.</summary>
/// <param name="Dimensions">Of a vector.</param>
/// <param name="Vector">Of the sentence.</param>
/// <param name="SharesSpace">Whether pictures and texts share a space.</param>
/// <param name="Found">The files that a search for the sentence finds, best first.</param>
/// <param name="SameFromContainer">Whether the container's embedder gives the same vector.</param>
public sealed record ConsumerOutput(int Dimensions, float[] Vector, bool SharesSpace, string[] Found, bool SameFromContainer)
{
    internal static ConsumerOutput None { get; } = new(0, [], false, [], false);

    internal static ConsumerOutput Of(string[] lines) =>
        new(
            int.Parse(lines[0], CultureInfo.InvariantCulture),
            [.. lines[1].Split(' ').Select(value => float.Parse(value, CultureInfo.InvariantCulture))],
            bool.Parse(lines[2]),
            lines[3].Split(' '),
            bool.Parse(lines[4])
        );
}
