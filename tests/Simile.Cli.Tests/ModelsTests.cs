using System.Runtime.InteropServices;
using System.Text.Json;
using Simile.Engine.Tensors;

namespace Simile.Cli.Tests;

/// <summary>Models are pulled, used, shown and removed as a user does it, with a hub of this machine.</summary>
public sealed class ModelsTests : IDisposable
{
    private const string Tokenizer = """
        {"version":"1.0","added_tokens":[],"normalizer":{"type":"BertNormalizer","clean_text":true,"handle_chinese_chars":true,"strip_accents":null,"lowercase":true},
         "pre_tokenizer":{"type":"BertPreTokenizer"},"post_processor":null,
         "model":{"type":"WordPiece","unk_token":"[UNK]","continuing_subword_prefix":"##","max_input_chars_per_word":100,"vocab":{"[UNK]":0,"red":1,"blue":2}}}
        """;

    private readonly TemporaryFolder _folder = new();
    private readonly FakeHub _hub = FakeHub.WithModel();

    [Fact]
    public async Task APulledModelIsListedUsedShownAndRemoved()
    {
        PlantStaticModel();
        var pulled = await RunAsync("models", "pull", "org/model", "--json");
        Assert.Equal((0, string.Empty), (pulled.ExitCode, pulled.Error));
        var root = JsonDocument.Parse(pulled.Output).RootElement;
        Assert.Equal(["name", "revision", "commit", "folder", "bytes"], root.EnumerateObject().Select(field => field.Name));
        Assert.Equal(_folder.File("models--org--model", "snapshots", FakeHub.Commit), root.GetProperty("folder").GetString());

        foreach (var name in (string[])["org/model", "org/model@main", "org/model@" + FakeHub.Commit])
        {
            var embedded = await RunAsync("embed", "red", "--model", name);
            Assert.Equal(
                [0f, 1f],
                JsonDocument.Parse(embedded.Output).RootElement.GetProperty("embedding").EnumerateArray().Select(value => value.GetSingle())
            );
        }

        var listed = (await RunAsync("models", "list", "--json")).Lines.Select(line => JsonDocument.Parse(line).RootElement).ToArray();
        Assert.Equal(
            ["simile-image-mini", "simile-resnet-18", "simile-text-mini", "org/model"],
            listed.Select(line => line.GetProperty("name").GetString())
        );
        Assert.Equal(root.GetProperty("bytes").GetInt64(), listed[3].GetProperty("bytes").GetInt64());
        Assert.Equal(
            ("text,pictures", 256, "apache-2.0"),
            (
                listed[1].GetProperty("embeds").GetString(),
                listed[1].GetProperty("dimensions").GetInt32(),
                listed[1].GetProperty("license").GetString()
            )
        );
        Assert.Contains(FakeHub.Commit, (await RunAsync("models", "show", "org/model")).Output, StringComparison.Ordinal);

        var removed = await RunAsync("models", "remove", "org/model", "--json");
        Assert.Equal(
            root.GetProperty("bytes").GetInt64(),
            JsonDocument.Parse(removed.Output).RootElement.GetProperty("freed_bytes").GetInt64() - FakeHub.Commit.Length
        );
        Assert.Equal(1, (await RunAsync("models", "remove", "org/model")).ExitCode);
    }

    [Fact]
    public async Task AModelThatSimileCannotRunIsPulledListedAndRefusedClearly()
    {
        _hub.Files["modules.json"] =
            """[{"type":"sentence_transformers.models.Transformer","path":""},{"type":"sentence_transformers.models.Pooling","path":"1_Pooling"}]"""u8.ToArray();
        Assert.Equal(0, (await RunAsync("models", "pull", "org/model")).ExitCode);
        Assert.Contains("t5", (await RunAsync("models", "list")).Output, StringComparison.Ordinal);
        var refused = await RunAsync("embed", "x", "--model", "org/model");
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("error SIM203", refused.Error, StringComparison.Ordinal);
        Assert.Contains("t5", refused.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task APullThatIsKilledLeavesNothingHalfAndGoesOn()
    {
        var never = new TaskCompletionSource();
        _hub.Script = request =>
            request is { Method: "GET", Path: "/model.safetensors" }
                ? new LoopbackAnswer(200, _hub.Files["model.safetensors"]) { CutAfter = 70_000, Hold = never.Task }
                : null;
        var blob = _folder.File("models--org--model", "blobs", FakeHub.EtagOf(_hub.Files["model.safetensors"], isLarge: true));
        using (var process = CliProcess.Start(Variables, "models", "pull", "org/model"))
        {
            while (!File.Exists(blob + ".incomplete") || new FileInfo(blob + ".incomplete").Length < 70_000)
            {
                Assert.False(process.HasExited);
                await Task.Delay(20, TestContext.Current.CancellationToken);
            }

            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
        }

        never.SetResult();
        Assert.False(File.Exists(blob));
        Assert.Contains(
            "simile models pull org/model",
            (await RunAsync("embed", "x", "--model", "org/model")).Error,
            StringComparison.Ordinal
        );
        _hub.Script = _ => null;
        Assert.Equal(0, (await RunAsync("models", "pull", "org/model")).ExitCode);
        Assert.Equal("bytes=70000-", _hub.Gets("model.safetensors").Last().Headers["Range"]);
        Assert.Equal(_hub.Files["model.safetensors"], File.ReadAllBytes(blob));
    }

    [Theory]
    [InlineData(1, "'simile models pull org/other' downloads it", "embed", "x", "--model", "org/other")]
    [InlineData(1, "'simile models pull BAAI/bge-small-en-v1.5' downloads it", "embed", "x", "--model", "bge-small-en-v1.5")]
    [InlineData(1, "SIM213", "models", "pull", "org/model", "--revision", "v9")]
    [InlineData(1, "SIM213", "models", "pull", "model")]
    [InlineData(2, "SIM901", "models", "pull", "org/model/x/y")]
    [InlineData(2, "SIM901", "models", "pull", "org/../model")]
    [InlineData(2, "ships with Simile", "models", "remove", "simile-text-mini")]
    [InlineData(2, "SIM901", "models", "remove", ".")]
    [InlineData(2, "all revisions", "models", "remove", "org/model@main")]
    [InlineData(1, "SIM201", "models", "remove", "org/model")]
    [InlineData(1, "SIM201", "models", "show", "org/other")]
    public async Task ErrorsSayWhatToDo(int exitCode, string says, params string[] arguments)
    {
        var result = await RunAsync(arguments);
        Assert.Equal((exitCode, string.Empty), (result.ExitCode, result.Output));
        Assert.Contains(says, result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TheKnownModelsAreShownWithoutNetwork()
    {
        var known = await RunAsync("models", "list", "--known", "--json");
        Assert.InRange(known.Lines.Length, 25, 100);
        Assert.All(known.Lines, line => Assert.False(JsonDocument.Parse(line).RootElement.GetProperty("installed").GetBoolean()));
        var shown = await RunAsync("models", "show", "e5-small-v2");
        Assert.Contains("'query: ' + text", shown.Output, StringComparison.Ordinal);
        Assert.Contains("simile models pull intfloat/e5-small-v2", shown.Error, StringComparison.Ordinal);
        Assert.Empty(_hub.Requests);
    }

    public void Dispose()
    {
        _hub.Dispose();
        _folder.Dispose();
    }

    private Dictionary<string, string> Variables =>
        new()
        {
            ["HF_ENDPOINT"] = _hub.Endpoint,
            ["HF_HUB_CACHE"] = _folder.Path,
            ["HF_HUB_OFFLINE"] = "0",
        };

    private Task<CliResult> RunAsync(params string[] arguments) => CliProcess.RunAsync(null, Variables, arguments);

    private void PlantStaticModel()
    {
        float[] rows = [9, 9, 0, 1, 1, 0];
        SafetensorsWriter.Write(
            _folder.File("w"),
            [new TensorToWrite("embeddings", TensorType.F32, [3, 2], MemoryMarshal.AsBytes(rows.AsSpan()).ToArray())]
        );
        _hub.Files.Remove("modules.json");
        _hub.Files["config.json"] = """{"model_type":"model2vec","normalize":true}"""u8.ToArray();
        _hub.Files["tokenizer.json"] = System.Text.Encoding.UTF8.GetBytes(Tokenizer);
        _hub.Files["model.safetensors"] = File.ReadAllBytes(_folder.File("w"));
        File.Delete(_folder.File("w"));
    }
}
