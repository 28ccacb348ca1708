using System.Text.Json;

namespace Simile.Cli.Tests;

/// <summary>ONNX Runtime as the engine of the command line: a network that Simile does not know, over the library in NuGet's package
/// folder.</summary>
public sealed class EngineTests : IDisposable
{
    private const string Engine = "--engine";
    private readonly GraphFolder _folder = new GraphFolder()
        .OfTexts()
        .Write(
            "model/onnx/model.onnx",
            OnnxWriter.Runnable(GraphFolder.States(), OnnxWriter.Output("last_hidden_state", GraphFolder.Float, -1, -1, 2))
        );

    public EngineTests()
    {
        foreach (var name in (string[])["vocab.txt", "tokenizer_config.json", "config.json", "modules.json", "1_Pooling"])
        {
            Directory.Move(_folder.File(name), _folder.File("model", name));
        }
    }

    private string Model => _folder.File("model");

    [Fact]
    public async Task AnyGraphEmbeds()
    {
        var result = await CliProcess.RunAsync(null, "embed", "nine", "--model", Model, Engine, "onnxruntime", "--json");
        Assert.True(result.ExitCode == 0, result.Error);
        using var row = JsonDocument.Parse(result.Lines[0]);
        Assert.Equal(3, row.RootElement.GetProperty("embedding")[0].GetSingle(), 1e-5f);
        Assert.Contains("'last_hidden_state'", result.Error, StringComparison.Ordinal);
        var named = await CliProcess.RunAsync(
            null,
            "compare",
            "one",
            "two",
            "--model",
            Model,
            Engine,
            "onnxruntime:provider=cpu,file=onnx/model.onnx,output=last_hidden_state"
        );
        Assert.True(named.ExitCode == 0, named.Error);
    }

    [Fact]
    public async Task AnIndexRemembersItsEngine()
    {
        _folder.Write("texts/one.txt", "one two").Write("texts/nine.txt", "nine nine");
        var store = _folder.File("index.db");
        string[] index = ["index", _folder.File("texts"), "--store", store, "--model", Model, Engine, "onnxruntime"];
        var indexed = await CliProcess.RunAsync(null, index);
        Assert.True(indexed.ExitCode == 0, indexed.Error);
        var found = await CliProcess.RunAsync(null, "search", "nine", "--store", store, "--mode", "dense", "--json");
        Assert.True(found.ExitCode == 0, found.Error);
        Assert.Contains("nine.txt", found.Lines[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task OurOwnEngineSaysWhatRunsTheGraph()
    {
        var result = await CliProcess.RunAsync(null, "embed", "nine", "--model", Model);
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("SIM203", result.Error, StringComparison.Ordinal);
        Assert.Contains("Simile.OnnxRuntime", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("onxruntime", "onnxruntime")]
    [InlineData("onnxruntime:speed=high", "provider=")]
    [InlineData("onnxruntime:file=", "file=")]
    [InlineData("simile:provider=CUDA", "simile:provider=CUDA")]
    public async Task WhatNobodyKnowsIsWrongUsage(string engine, string named)
    {
        var result = await CliProcess.RunAsync(null, "embed", "nine", Engine, engine);
        Assert.Equal(2, result.ExitCode);
        Assert.Contains(named, result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WithoutItsLibraryItSaysHowToGetIt()
    {
        Directory.CreateDirectory(_folder.File("packages"));
        var result = await RunAsync(("NUGET_PACKAGES", _folder.File("packages")));
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("SIM231", result.Error, StringComparison.Ordinal);
        Assert.Contains("dotnet package download Microsoft.ML.OnnxRuntime@", result.Error, StringComparison.Ordinal);
        Assert.Contains(_folder.File("packages"), result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ALibraryThatIsNoneIsACodedError()
    {
        var nowhere = await RunAsync(("SIMILE_ONNXRUNTIME", _folder.File("nowhere")));
        Assert.Contains("SIM231", nowhere.Error, StringComparison.Ordinal);
        var none = await RunAsync(("SIMILE_ONNXRUNTIME", _folder.File("model", "vocab.txt")));
        Assert.Equal(1, none.ExitCode);
        Assert.Contains("SIM231", none.Error, StringComparison.Ordinal);
        Assert.Contains("Microsoft.ML.OnnxRuntime", none.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task NobodyAsksForTheLibraryWhereTheEngineIsOurs()
    {
        Dictionary<string, string> variables = new() { ["SIMILE_ONNXRUNTIME"] = _folder.File("nowhere") };
        Assert.Equal(0, (await CliProcess.RunAsync(null, variables, "compare", "one", "two")).ExitCode);
    }

    [Fact]
    public async Task AStaticModelIsRefused()
    {
        var result = await CliProcess.RunAsync(null, "embed", "one", Engine, "onnxruntime");
        Assert.Equal(2, result.ExitCode);
        Assert.Contains("SIM901", result.Error, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private Task<CliResult> RunAsync((string Name, string Value) variable) =>
        CliProcess.RunAsync(
            null,
            new Dictionary<string, string> { [variable.Name] = variable.Value },
            "embed",
            "nine",
            "--model",
            Model,
            Engine,
            "onnxruntime"
        );
}
