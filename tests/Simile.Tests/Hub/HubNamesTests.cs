using Simile.Families;
using Simile.Hub;
using Simile.Models;

namespace Simile.Tests.Hub;

/// <summary>Names of models, variables of the environment, the table.</summary>
public sealed class HubNamesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData("org/name", "org/name@main")]
    [InlineData("org/name@v1.0", "org/name@v1.0")]
    [InlineData("Org_1/na.me-2@refs/pr/3", "Org_1/na.me-2@refs/pr/3")]
    [InlineData("all-minilm-l6-v2", "sentence-transformers/all-MiniLM-L6-v2@main")]
    [InlineData("tiny-bert", "tiny-bert@main")]
    [InlineData("tiny-bert@v1", "tiny-bert@v1")]
    [InlineData(" org/name/ ", "org/name@main")]
    [InlineData("org/name@feature/x", "org/name@feature/x")]
    [InlineData("https://huggingface.co/org/name", "org/name@main")]
    [InlineData("https://huggingface.co/org/name/", "org/name@main")]
    [InlineData("http://www.huggingface.co/org/name?library=x#files", "org/name@main")]
    [InlineData("huggingface.co/org/name/tree/v2", "org/name@v2")]
    [InlineData("https://hf.co/org/name/tree/main/1_Pooling", "org/name@main")]
    [InlineData("https://huggingface.co/org/name/tree/refs%2Fpr%2F7", "org/name@refs/pr/7")]
    [InlineData("https://huggingface.co/org/name/tree/refs/pr/7", "org/name@refs/pr/7")]
    [InlineData("https://huggingface.co/org/name/blob/feature%2Fx/config.json", "org/name@feature/x")]
    [InlineData("https://huggingface.co/org/name/resolve/0123456/model.safetensors", "org/name@0123456")]
    [InlineData("https://huggingface.co/tiny-bert/tree/main", "tiny-bert@main")]
    [InlineData("org/name/tree/v2", "org/name@v2")]
    [InlineData("hf://org/name", "org/name@main")]
    public void AReferenceIsRead(string text, string expected) => Assert.Equal(expected, HubReference.Parse(text).ToString());

    [Theory]
    [InlineData("")]
    [InlineData("https://huggingface.co/datasets/org/name")]
    [InlineData("https://example.com/org/name")]
    [InlineData("/org/name")]
    [InlineData("./name")]
    [InlineData("..")]
    [InlineData("../name")]
    [InlineData("org/../name")]
    [InlineData("org/na--me")]
    [InlineData("org/name/more")]
    [InlineData("org/name@")]
    [InlineData("org/name@../x")]
    [InlineData("org/name@a b")]
    [InlineData("org/name\n")]
    public void AnythingElseIsNone(string text)
    {
        Assert.False(HubReference.TryParse(text, out _));
        Assert.Equal(ErrorCode.InvalidOption, Assert.Throws<SimileException>(() => HubReference.Parse(text)).Code);
    }

    [Theory]
    [InlineData("/home/u/.cache/huggingface/hub")]
    [InlineData("/x/huggingface/hub", "XDG_CACHE_HOME=/x")]
    [InlineData("/h/hub", "HF_HOME=/h", "XDG_CACHE_HOME=/x")]
    [InlineData("/c", "HF_HUB_CACHE=/c", "HF_HOME=/h")]
    [InlineData("/home/u/models", "HF_HUB_CACHE=~/models")]
    [InlineData("/home/u/hf/hub", "HF_HOME=$HOME/hf")]
    [InlineData("/d/hf/hub", "HF_HOME=${DATA}/hf", "DATA=/d")]
    [InlineData("/c", "HUGGINGFACE_HUB_CACHE=/c")]
    public void TheCacheIsWhereHuggingFaceHubHasIt(string expected, params string[] variables) =>
        Assert.Equal(expected, Environment(variables).CacheFolder);

    [Fact]
    public void TheTokenComesFromTheVariableOrTheFile()
    {
        Assert.Null(Environment($"HF_HOME={_folder.Path}").ReadOptions().Token);
        File.WriteAllText(_folder.File("token"), "hf_file\n");
        Assert.Equal("hf_file", Environment($"HF_HOME={_folder.Path}").ReadOptions().Token);
        Assert.Null(Environment($"HF_HOME={_folder.Path}", "HF_HUB_DISABLE_IMPLICIT_TOKEN=1").ReadOptions().Token);
        Assert.Equal("https://hub.example/", Environment("HF_ENDPOINT=https://hub.example/").ReadOptions().Endpoint.AbsoluteUri);
        Assert.Equal("hf_named", Environment($"HF_HOME={_folder.Path}", "HF_TOKEN=hf_named").ReadOptions().Token);
        Assert.Equal(ErrorCode.InvalidOption, Assert.Throws<SimileException>(() => Environment("HF_TOKEN=hf\nX: y").ReadOptions()).Code);
    }

    [Theory]
    [InlineData("1", true)]
    [InlineData("true", true)]
    [InlineData("yes", true)]
    [InlineData("On", true)]
    [InlineData("0", false)]
    [InlineData("false", false)]
    [InlineData("", false)]
    public void OfflineIsSaidByAVariable(string value, bool expected) =>
        Assert.Equal(expected, Environment($"HF_HUB_OFFLINE={value}").ReadOptions().Offline);

    [Theory]
    [InlineData("nonsense")]
    [InlineData("ftp://x")]
    public void TheEndpointIsAnAddress(string value) =>
        Assert.Equal(ErrorCode.InvalidOption, Assert.Throws<SimileException>(() => Environment($"HF_ENDPOINT={value}").ReadOptions()).Code);

    [Fact]
    public void AModelIsFoundInTheCacheThatPythonWrote()
    {
        var snapshot = PlantSnapshot("org--tiny", FakeHub.Commit);
        var locator = new ModelLocator(new ModelCatalog([]), new HubCache(_folder.Path));
        Assert.Equal(ErrorCode.ModelNotFound, Assert.Throws<SimileException>(() => locator.Resolve("org/tiny")).Code);
        Directory.CreateDirectory(_folder.File("models--org--tiny", "refs"));
        File.WriteAllText(_folder.File("models--org--tiny", "refs", "main"), FakeHub.Commit);
        Assert.Equal((snapshot, "org/tiny"), (locator.Resolve("org/tiny").Path, locator.Resolve("org/tiny").Name));
        Assert.Equal(snapshot, locator.Resolve($"org/tiny@{FakeHub.Commit}").Path);
        Assert.Contains(
            "revisions main",
            Assert.Throws<SimileException>(() => locator.Resolve("org/tiny@v2")).Message,
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData("tiny-bert", "tiny-bert")]
    [InlineData("tiny-bert", "Tiny-BERT")]
    [InlineData("tiny-bert", "https://huggingface.co/tiny-bert/")]
    [InlineData("org--tiny", "Org/Tiny")]
    [InlineData("org--tiny", " org/tiny/")]
    [InlineData("org--tiny", "org/tiny@01234567")]
    [InlineData("org--tiny", "https://huggingface.co/org/tiny/tree/main")]
    public void WhatTheCacheHasIsFoundHoweverItsNameIsWritten(string folder, string name)
    {
        var snapshot = PlantSnapshot(folder, FakeHub.Commit);
        Directory.CreateDirectory(_folder.File("models--" + folder, "refs"));
        File.WriteAllText(_folder.File("models--" + folder, "refs", "main"), FakeHub.Commit);
        var cache = new HubCache(_folder.Path);
        var locator = new ModelLocator(new ModelCatalog([]), cache);
        Assert.Equal(snapshot, locator.Resolve(name).Path);
        Assert.Equal(folder.Replace("--", "/", StringComparison.Ordinal), Assert.Single(cache.Snapshots).Id);
        Assert.NotNull(cache.Remove(locator.FindReference(name)!.Id));
        Assert.False(Directory.Exists(_folder.File("models--" + folder)));
    }

    [Fact]
    public void ASnapshotWhoseLinksLeadNowhereIsToldAsAPart()
    {
        var snapshot = PlantSnapshot("org--tiny", FakeHub.Commit);
        Directory.CreateDirectory(_folder.File("models--org--tiny", "refs"));
        File.WriteAllText(_folder.File("models--org--tiny", "refs", "main"), FakeHub.Commit);
        File.Delete(Path.Combine(snapshot, "config.json"));
        File.CreateSymbolicLink(Path.Combine(snapshot, "config.json"), "../../blobs/gone");
        var error = Assert.Throws<SimileException>(() =>
            new ModelLocator(new ModelCatalog([]), new HubCache(_folder.Path)).Resolve("org/tiny")
        );
        Assert.Equal(ErrorCode.ModelNotFound, error.Code);
        Assert.Contains("a part of it", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AFolderTakesNoModelsPlaceByItsName()
    {
        var here = Directory.GetCurrentDirectory();
        var name = $"model-{Guid.NewGuid():N}";
        Directory.CreateDirectory(_folder.File("root", name));
        File.WriteAllText(_folder.File("root", name, "config.json"), "{}");
        var own = Directory.CreateDirectory(Path.Combine(here, name));
        try
        {
            File.WriteAllText(Path.Combine(own.FullName, "config.json"), "{}");
            var locator = new ModelLocator(new ModelCatalog([_folder.File("root")]), new HubCache(_folder.File("hub")));
            Assert.Equal(_folder.File("root", name), locator.Resolve(name).Path);
            Assert.Equal(own.FullName, locator.Resolve("./" + name).Path);
        }
        finally
        {
            own.Delete(recursive: true);
        }
    }

    [Theory]
    [InlineData(false, "model-00001-of-00002.safetensors")]
    [InlineData(true, "model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors")]
    [InlineData(true, "model.safetensors", "model-00001-of-00002.safetensors")]
    [InlineData(false, "1_Pooling.json")]
    public void AModelIsWholeWhenNoShardIsMissing(bool expected, params string[] names)
    {
        foreach (var name in (string[])["config.json", .. names])
        {
            File.WriteAllText(_folder.File(name), "{}");
        }

        Assert.Equal(expected, new HubSnapshot("o/n", null, FakeHub.Commit, _folder.Path).IsModel);
    }

    [Theory]
    [InlineData("org/absent", "simile models pull org/absent'")]
    [InlineData("org/absent@v1", "simile models pull org/absent --revision v1")]
    [InlineData("all-MiniLM-L6-v2", "simile models pull sentence-transformers/all-MiniLM-L6-v2")]
    public void WhatIsNotInstalledIsToldHow(string name, string says)
    {
        var error = Assert.Throws<SimileException>(() => new ModelLocator(new ModelCatalog([]), new HubCache(_folder.Path)).Resolve(name));
        Assert.Equal(ErrorCode.ModelNotFound, error.Code);
        Assert.Contains(says, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void FoldersComeBeforeInstalledModelsAndThoseBeforeTheCache()
    {
        Directory.CreateDirectory(_folder.File("root", "a"));
        File.WriteAllText(_folder.File("root", "a", "config.json"), "{}");
        var locator = new ModelLocator(new ModelCatalog([_folder.File("root")]), new HubCache(_folder.File("hub")));
        Assert.Equal(_folder.File("root", "a"), locator.Resolve("a").Path);
        Assert.Equal(_folder.File("root", "a"), locator.Resolve(_folder.File("root", "a")).Path);
        Assert.Equal(_folder.Path, locator.Resolve(_folder.Path).Path);
        Assert.Contains("installed are a", Assert.Throws<SimileException>(() => locator.Resolve("b")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TheTableHoldsTogether()
    {
        Assert.InRange(KnownModels.All.Length, 25, 100);
        Assert.Equal(KnownModels.All.Length, KnownModels.All.Select(model => model.ShortName.ToUpperInvariant()).Distinct().Count());
        Assert.All(
            KnownModels.All,
            model =>
            {
                Assert.True(HubReference.TryParse(model.Id, out _));
                Assert.Contains(model.Kind, (string[])[.. ModelFamilies.All.SelectMany(family => family.ModelTypes), StaticFamily.Kind]);
                Assert.Contains(model.Pooling, (string[])["mean", "cls", "last"]);
                Assert.Equal((model.Score is null, model.Score is null), (model.ScoreMeasure is null, model.ScoreSource is null));
                Assert.InRange(model.Megabytes, model.Parameters * 1.9, (model.Parameters * 4) + 30);
                Assert.Equal(model.IsReranker, model.Dimensions == 0);
                Assert.Same(model, KnownModels.Find(model.ShortName));
            }
        );
    }

    public void Dispose() => _folder.Dispose();

    private string PlantSnapshot(string directory, string commit)
    {
        var snapshot = _folder.File("models--" + directory, "snapshots", commit);
        Directory.CreateDirectory(snapshot);
        Directory.CreateDirectory(_folder.File("models--" + directory, "blobs"));
        foreach (var name in (string[])["config.json", "model.safetensors"])
        {
            File.WriteAllText(_folder.File("models--" + directory, "blobs", name), "{}");
            File.CreateSymbolicLink(Path.Combine(snapshot, name), Path.Combine("..", "..", "blobs", name));
        }

        return snapshot;
    }

    private static HubEnvironment Environment(params string[] variables) =>
        new(
            name => Array.Find(variables, variable => variable.StartsWith(name + "=", StringComparison.Ordinal))?[(name.Length + 1)..],
            "/home/u"
        );
}
