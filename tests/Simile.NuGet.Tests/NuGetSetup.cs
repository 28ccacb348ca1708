using System.Collections.Concurrent;
using System.Xml.Linq;
using Simile.Hub;

namespace Simile.NuGet.Tests;

/// <summary>A user of this test alone: a NuGet configuration of its own, a cache folder, and what was said on the way.</summary>
internal sealed class NuGetSetup : IDisposable, IProgress<HubProgress>
{
    private readonly TemporaryFolder _folder = new();

    /// <param name="sources">Folders and addresses of sources, by name.</param>
    public NuGetSetup(params (string Name, string Source)[] sources)
    {
        Directory.CreateDirectory(FolderFeed);
        Configure([
            .. sources.Select(source => new XElement(
                "add",
                new XAttribute("key", source.Name),
                new XAttribute("value", source.Source),
                new XAttribute("allowInsecureConnections", "true")
            )),
        ]);
    }

    public string FolderFeed => _folder.File("feed");

    public string Cache => _folder.File("cache");

    public string Restored => _folder.File("restored");

    public string Models => Path.Combine(Cache, "models");

    public ConcurrentQueue<HubProgress> Progress { get; } = new();

    public IEnumerable<string> Notices => Progress.Select(progress => progress.Notice).OfType<string>();

    /// <summary>A user whose one source is a folder of packages.</summary>
    public static NuGetSetup WithFolder()
    {
        var setup = new NuGetSetup();
        setup.Configure([new XElement("add", new XAttribute("key", "folder"), new XAttribute("value", setup.FolderFeed))]);
        return setup;
    }

    public void Configure(XElement[] sources, params XElement[] more)
    {
        var config = new XElement(
            "configuration",
            new XElement("packageSources", new XElement("clear"), sources),
            new XElement(
                "config",
                new XElement("add", new XAttribute("key", "globalPackagesFolder"), new XAttribute("value", _folder.File("global")))
            ),
            new XElement(
                "fallbackPackageFolders",
                new XElement("clear"),
                new XElement("add", new XAttribute("key", "restored"), new XAttribute("value", Restored))
            ),
            more
        );
        File.WriteAllText(_folder.File("nuget.config"), config.ToString());
    }

    /// <summary>Puts a package into the folder feed.</summary>
    public void Publish(string id, string version, byte[] package) =>
        File.WriteAllBytes(Path.Combine(FolderFeed, $"{id}.{version}.nupkg"), package);

    /// <summary>Puts a package where a restore of this machine would have left it.</summary>
    public string Restore(string id, string version, byte[] package)
    {
        var folder = Directory.CreateDirectory(Path.Combine(Restored, id.ToLowerInvariant(), version)).FullName;
        var path = Path.Combine(folder, $"{id.ToLowerInvariant()}.{version}.nupkg");
        File.WriteAllBytes(path, package);
        File.WriteAllText(path + ".sha512", TestPackage.Sha512(package));
        return path;
    }

    public async Task<PulledPackageModel> PullOneAsync(string package) => Assert.Single(await PullAsync(package));

    public Task<IReadOnlyList<PulledPackageModel>> PullAsync(string package, CancellationToken cancellationToken = default) =>
        new NuGetModels(Cache, _folder.Path).PullAsync(
            package,
            this,
            cancellationToken == default ? TestContext.Current.CancellationToken : cancellationToken
        );

    /// <summary>A pull that must fail, and leave nothing behind.</summary>
    public async Task<SimileException> FailAsync(string code, string package)
    {
        var error = await Assert.ThrowsAsync<SimileException>(() => PullAsync(package));
        Assert.Equal(code, error.Code);
        AssertNothingHalf();
        return error;
    }

    public void AssertNothingHalf()
    {
        Assert.DoesNotContain(
            Directory.Exists(Models) ? Directory.GetDirectories(Models) : [],
            folder => !File.Exists(Path.Combine(folder, "simile-package.json"))
        );
        Assert.Empty(Directory.Exists(Path.Combine(Cache, "pulls")) ? Directory.GetDirectories(Path.Combine(Cache, "pulls")) : []);
    }

    public void Report(HubProgress value) => Progress.Enqueue(value);

    public void Dispose() => _folder.Dispose();
}
