using System.Globalization;
using System.Xml.Linq;
using Simile.Packages.Tests;

[assembly: AssemblyFixture(typeof(PackedFeed))]

namespace Simile.Packages.Tests;

/// <summary>A folder with the packages of these sources, packed once, under a version that no cache can know.</summary>
public sealed class PackedFeed : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();

    /// <summary>The packages' version.</summary>
    public string Version { get; } =
        XDocument.Load(RepositoryRoot.Find("Directory.Build.props")).Descendants("Version").Single().Value
        + "-test."
        + DateTime.UtcNow.Ticks.ToString(CultureInfo.InvariantCulture);

    /// <summary>The folder with the packages.</summary>
    public string Packages => _folder.File("feed");

    /// <summary>The folder that NuGet unpacks our packages into; what is not ours is taken from the machine's own where it is
    /// there.</summary>
    public string Unpacked => _folder.File("unpacked");

    public async ValueTask InitializeAsync()
    {
        await Shell.LinesAsync(
            RepositoryRoot.Find(),
            null,
            "dotnet",
            "pack",
            "Simile.slnx",
            "-c",
            "Release",
            "-v",
            "quiet",
            $"-p:PackageVersion={Version}",
            "-o",
            Packages
        );
        var listed = await Shell.LinesAsync(_folder.Path, null, "dotnet", "nuget", "locals", "global-packages", "--list");
        var machine = listed.Single(line => line.StartsWith("global-packages:", StringComparison.Ordinal)).Split(':', 2)[1].Trim();
        // A source is added to those of the machine; what is restored already is not downloaded again.
        var config = new XElement(
            "configuration",
            new XElement("packageSources", new XElement("add", new XAttribute("key", "local"), new XAttribute("value", Packages))),
            new XElement("fallbackPackageFolders", new XElement("add", new XAttribute("key", "machine"), new XAttribute("value", machine)))
        );
        await File.WriteAllTextAsync(_folder.File("NuGet.config"), config.ToString());
    }

    /// <summary>A new folder whose programs see the packages.</summary>
    public string NewFolder(string name) => Directory.CreateDirectory(_folder.File(name)).FullName;

    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }
}
