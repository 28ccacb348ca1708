using System.IO.Compression;
using System.Text;
using System.Xml.Linq;

namespace Simile.Packages.Tests;

/// <summary>What lies in the packages, and what they say of themselves.</summary>
public sealed class ContentsTests(PackedFeed feed)
{
    private static readonly string[] Libraries =
    [
        "Simile",
        "Simile.Documents",
        "Simile.Engine",
        "Simile.Hosting",
        "Simile.NuGet",
        "Simile.OnnxRuntime",
        "Simile.Sqlite",
        "Simile.Training",
    ];

    public static TheoryData<string> Ids => [.. RepositoryRoot.Projects()];

    [Fact]
    public void EverySourceProjectIsAPackageAndNothingElseIs() =>
        Assert.Equal(
            Ids.Select(row => $"{row.Data}.{feed.Version}.nupkg").Order(StringComparer.Ordinal),
            Directory.GetFiles(feed.Packages).Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal)
        );

    [Theory]
    [MemberData(nameof(Ids))]
    public void APackageSaysWhatItIs(string id)
    {
        using var package = Open(id);
        using var stream = package.GetEntry($"{id}.nuspec")!.Open();
        var said = XDocument.Load(stream).Root!.Elements().Single().Elements().ToLookup(element => element.Name.LocalName);
        Assert.Equal("Apache-2.0", said["license"].Single().Value);
        Assert.Equal("README.md", said["readme"].Single().Value);
        Assert.NotEqual("Package Description", said["description"].Single().Value);
        Assert.Contains("embeddings", said["tags"].Single().Value, StringComparison.Ordinal);
        Assert.Equal("git", said["repository"].Single().Attribute("type")!.Value);
        Assert.NotNull(package.GetEntry("README.md"));
    }

    [Theory]
    [InlineData("Simile.Models.Mini", "models/")]
    [InlineData("Simile.Cli", "tools/net10.0/any/models/")]
    public void TheModelsAreInside(string id, string folder)
    {
        using var package = Open(id);
        var root = RepositoryRoot.Find("models");
        foreach (var path in Directory.GetFiles(root, "*", SearchOption.AllDirectories))
        {
            Assert.Equal(new FileInfo(path).Length, package.GetEntry(folder + Path.GetRelativePath(root, path).Replace('\\', '/'))?.Length);
        }
    }

    [Fact]
    public void AnAssemblyNamesNoFolderOfTheMachineThatBuiltIt()
    {
        foreach (var id in Libraries)
        {
            using var package = Open(id);
            using var content = new MemoryStream();
            using var stream = package.GetEntry($"lib/net10.0/{id}.dll")!.Open();
            stream.CopyTo(content);
            Assert.Equal(-1, content.ToArray().AsSpan().IndexOf(Encoding.UTF8.GetBytes(RepositoryRoot.Find("src"))));
        }
    }

    private ZipArchive Open(string id) => ZipFile.OpenRead(Path.Combine(feed.Packages, $"{id}.{feed.Version}.nupkg"));
}
