using System.IO.Compression;
using System.Xml.Linq;

namespace Simile.NuGet.Tests;

/// <summary>A model folder becomes a package, and a package becomes the model folder again.</summary>
public sealed class PackTests : IDisposable
{
    private readonly NuGetSetup _setup = NuGetSetup.WithFolder();
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task WhatIsPackedIsPulledAgainToTheByte()
    {
        var folder = Plant("my-small-model");
        var packed = Pack(folder, "My.Model", "1.0.0");
        Assert.Equal(("my-small-model", Path.Combine(_setup.FolderFeed, "My.Model.1.0.0.nupkg")), (packed.Name, packed.Path));
        var pulled = await _setup.PullOneAsync("nuget:My.Model");
        Assert.Equal("my-small-model", pulled.Name);
        var files = Directory
            .EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(folder, path))
            .Where(path => !path.StartsWith('.'))
            .ToList();
        Assert.Equal(6, files.Count);
        Assert.All(
            files,
            file => Assert.Equal(File.ReadAllBytes(Path.Combine(folder, file)), File.ReadAllBytes(Path.Combine(pulled.Folder, file)))
        );
        Assert.False(File.Exists(Path.Combine(pulled.Folder, ".gitattributes")));

        // And once more, from what was pulled.
        Pack(pulled.Folder, "My.Other", "1.0.0");
        Assert.Equal(ErrorCode.ModelNameTaken, (await Assert.ThrowsAsync<SimileException>(() => _setup.PullAsync("nuget:My.Other"))).Code);
    }

    [Fact]
    public void TheSameFolderGivesTheSamePackage()
    {
        var folder = Plant("my-small-model");
        var first = File.ReadAllBytes(Pack(folder, "My.Model", "1.0.0").Path);
        File.SetLastWriteTimeUtc(Path.Combine(folder, "model.safetensors"), DateTime.UtcNow.AddDays(-3));
        Assert.Equal(first, File.ReadAllBytes(Pack(folder, "My.Model", "1.0").Path));
        Assert.Equal(["My.Model.1.0.0.nupkg"], Directory.GetFileSystemEntries(_setup.FolderFeed).Select(Path.GetFileName));
    }

    [Fact]
    public void ThePackageTellsItsLicenceAndHasTheCardAsItsPage()
    {
        using var archive = ZipFile.OpenRead(Pack(Plant("my-small-model"), "My.Model", "1.0.0").Path);
        using var nuspec = archive.GetEntry("My.Model.nuspec")!.Open();
        var metadata = XDocument
            .Load(nuspec)
            .Root!.Elements()
            .Single()
            .Elements()
            .ToDictionary(element => element.Name.LocalName, element => element.Value);
        Assert.Equal(
            ("My.Model", "1.0.0", "Apache-2.0", "README.md"),
            (metadata["id"], metadata["version"], metadata["license"], metadata["readme"])
        );
        Assert.NotNull(archive.GetEntry("buildTransitive/My.Model.targets"));
        Assert.NotNull(archive.GetEntry("README.md"));
    }

    [Theory]
    [InlineData("a b", "1.0.0")]
    [InlineData("", "1.0.0")]
    [InlineData("../x", "1.0.0")]
    [InlineData("My.Model", "one")]
    [InlineData("My.Model", "")]
    public void NamesThatNoPackageHasAreRefused(string id, string version) =>
        Assert.Equal(ErrorCode.InvalidOption, Assert.Throws<SimileException>(() => Pack(Plant("m"), id, version)).Code);

    [Fact]
    public void WhatIsNoModelIsNotPacked()
    {
        var folder = Plant("m");
        File.WriteAllText(Path.Combine(folder, "model.safetensors"), "no tensors");
        Assert.Equal(ErrorCode.BadCheckpoint, Assert.Throws<SimileException>(() => Pack(folder, "My.Model", "1.0.0")).Code);
        Assert.Empty(Directory.GetFileSystemEntries(_setup.FolderFeed));
    }

    public void Dispose()
    {
        _folder.Dispose();
        _setup.Dispose();
    }

    private PackedModel Pack(string folder, string id, string version) =>
        ModelPackage.Pack(
            folder,
            new ModelPackageOptions
            {
                Id = id,
                Version = version,
                Output = _setup.FolderFeed,
            }
        );

    private string Plant(string name)
    {
        var folder = SmallModel.Plant(_folder.File(name));
        File.WriteAllText(Path.Combine(folder, ".gitattributes"), "*.safetensors filter=lfs\n");
        Directory.CreateDirectory(Path.Combine(folder, "extra notes"));
        File.WriteAllText(Path.Combine(folder, "extra notes", "a+b.txt"), "kept");
        return folder;
    }
}
