using static Simile.Testing.OnnxWriter;

namespace Simile.OnnxRuntime.Tests;

/// <summary>Graphs that cannot be run, and files that are no graphs, are coded errors that say what is wrong.</summary>
public sealed class HostileGraphTests : IDisposable
{
    private readonly GraphFolder _folder = new GraphFolder().OfTexts();

    [Fact]
    public async Task AMissingInputIsNamed()
    {
        _folder.Write(
            "model.onnx",
            Runnable(
                Input("pixel_values", GraphFolder.Float, -1, 3, 4, 4),
                Node("Identity", "i", ["pixel_values"], "last_hidden_state"),
                Output("last_hidden_state", GraphFolder.Float, -1, 3, 4, 4)
            )
        );
        var error = await _folder.RefusalAsync();
        Assert.Equal(ErrorCode.UnsupportedModel, error.Code);
        Assert.Contains("'input_ids'", error.Message, StringComparison.Ordinal);
        Assert.Contains("'pixel_values' (?, 3, 4, 4)", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnInputThatNobodyGivesIsNamed()
    {
        _folder.Write(
            "model.onnx",
            Runnable(
                GraphFolder.States("rows"),
                Input("task_id", GraphFolder.Float, 1),
                Node("Add", "a", ["rows", "task_id"], "last_hidden_state"),
                Output("last_hidden_state", GraphFolder.Float, -1, -1, 2)
            )
        );
        var error = await _folder.RefusalAsync();
        Assert.Equal(ErrorCode.UnsupportedModel, error.Code);
        Assert.Contains("'task_id' (1)", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnOutputThatIsNotThereIsNamedWithThoseThatAre()
    {
        _folder.Write("model.onnx", Sound());
        var error = await _folder.RefusalAsync(new OnnxRuntimeEngine { Output = "vectors" });
        Assert.Equal(ErrorCode.InvalidOption, error.Code);
        Assert.Contains("'last_hidden_state'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task IdsOfAnotherTypeAreRefused()
    {
        _folder.Write(
            "model.onnx",
            Runnable(
                Input("input_ids", GraphFolder.Float, -1, -1),
                Node("Identity", "i", ["input_ids"], "sentence_embedding"),
                Output("sentence_embedding", GraphFolder.Float, -1, -1)
            )
        );
        var error = await _folder.RefusalAsync();
        Assert.Equal(ErrorCode.UnsupportedModel, error.Code);
        Assert.Contains("Single", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnOperatorThatOnnxRuntimeDoesNotKnowIsNamed()
    {
        _folder.Write(
            "model.onnx",
            Runnable(
                GraphFolder.States("rows"),
                Node("Frobnicate", "f", ["rows"], "last_hidden_state"),
                Output("last_hidden_state", GraphFolder.Float, -1, -1, 2)
            )
        );
        var error = await _folder.RefusalAsync();
        Assert.Equal(ErrorCode.UnsupportedModel, error.Code);
        Assert.Contains("Frobnicate", error.Message, StringComparison.Ordinal);
    }

    // The table is smaller than the vocabulary that config.json names.
    [Fact]
    public async Task AGraphThatFailsOnItsInputIsACodedErrorOfTheCall()
    {
        _folder.OfTexts().Write("model.onnx", Sound());
        File.WriteAllText(_folder.File("config.json"), """{"model_type":"deberta-v2","vocab_size":1000,"pad_token_id":0}""");
        File.AppendAllText(_folder.File("vocab.txt"), "\nbeyond");
        await using var embedder = await _folder.OpenAsync();
        var error = await Assert.ThrowsAsync<SimileException>(async () => await embedder.EmbedAsync("beyond"));
        Assert.Equal(ErrorCode.ModelFailed, error.Code);
        Assert.Equal(2, (await embedder.EmbedAsync("one", cancellationToken: TestContext.Current.CancellationToken)).Length);
    }

    [Fact]
    public async Task EveryTruncationAndEveryFlippedByteIsACodedErrorOrRuns()
    {
        var sound = Sound();
        var random = new Random(7);
        var damaged = Enumerable
            .Range(0, sound.Length)
            .Where(length => length % 5 == 0)
            .Select(length => sound[..length])
            .Concat(Enumerable.Range(0, 200).Select(_ => Flip(sound, random)));
        foreach (var bytes in damaged)
        {
            _folder.Write("model.onnx", bytes);
            try
            {
                await using var embedder = await _folder.OpenAsync();
                _ = await embedder.EmbedAsync("one two", cancellationToken: TestContext.Current.CancellationToken);
            }
            catch (SimileException error)
            {
                Assert.Matches("^SIM(20[1-4]|303|705)$", error.Code);
            }
        }
    }

    [Theory]
    [InlineData("../outside.bin")]
    [InlineData("/etc/passwd")]
    [InlineData("weights/../../outside.bin")]
    public async Task ValuesOutsideOfTheFolderAreRefused(string location)
    {
        _folder.Write("model.onnx", External(location));
        var error = await _folder.RefusalAsync();
        Assert.Equal(ErrorCode.BadCheckpoint, error.Code);
        Assert.Contains(location, error.Message, StringComparison.Ordinal);
    }

    // Bodies of branches are ONNX Runtime's alone to read.
    [Fact]
    public async Task ValuesOfABranchOutsideOfTheFolderAreRefused()
    {
        using var outside = new TemporaryFolder();
        File.WriteAllBytes(outside.File("weights.bin"), Floats([.. GraphFolder.Table.SelectMany(row => new[] { row.X, row.Y })]));
        var location = Path.GetRelativePath(_folder.Path, outside.File("weights.bin"));
        byte[] Branch(string name) =>
            new OnnxWriter()
                .Add(1, name)
                .Add(
                    6,
                    Join(
                        new OnnxWriter().Add(2, name).ToArray(),
                        Initializer(Tensor("table", [GraphFolder.Table.Count, 2], [], 1, OnnxWriter.External(location, "0", "64"))),
                        Node("Gather", "rows", ["table", "input_ids"], "states"),
                        Output("states", GraphFolder.Float, -1, -1, 2)
                    )
                )
                .Add(20, 5)
                .ToArray();
        _folder.Write(
            "model.onnx",
            Runnable(
                Input("input_ids", GraphFolder.Int64, -1, -1),
                Initializer(Tensor("yes", [], [1], 9)),
                Node(
                    "If",
                    "choice",
                    ["yes"],
                    "last_hidden_state",
                    new OnnxWriter().Add(5, Branch("then_branch")).ToArray(),
                    new OnnxWriter().Add(5, Branch("else_branch")).ToArray()
                ),
                Output("last_hidden_state", GraphFolder.Float, -1, -1, 2)
            )
        );
        var error = await _folder.RefusalAsync();
        Assert.Matches("^SIM20[23]$", error.Code);
        Assert.Contains("weights.bin", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ValuesBesideTheGraphAreReadAndWatched()
    {
        _folder.Write("onnx/model.onnx", External("weights.bin"));
        var missing = await _folder.RefusalAsync();
        Assert.Equal(ErrorCode.ModelNotFound, missing.Code);
        _folder.Write("onnx/weights.bin", Floats([.. GraphFolder.Table.SelectMany(row => new[] { row.X, row.Y })]));
        await using var embedder = await _folder.OpenAsync();
        var vector = await embedder.EmbedAsync("nine", cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(3, vector[0], 1e-5f);
        await using var stream = new FileStream(
            _folder.File("onnx", "weights.bin"),
            FileMode.Append,
            FileAccess.Write,
            FileShare.ReadWrite
        );
        stream.WriteByte(1);
        await stream.FlushAsync(TestContext.Current.CancellationToken);
        var changed = await Assert.ThrowsAsync<SimileException>(async () => await embedder.EmbedAsync("nine"));
        Assert.Equal(ErrorCode.ModelChanged, changed.Code);
    }

    // The hub's cache keeps files under their digests, with links where the model's folder is.
    [Fact]
    public async Task LinksOfTheHubsCacheAreFollowed()
    {
        _folder.Write("blobs/1", External("model.onnx_data"));
        _folder.Write("blobs/2", Floats([.. GraphFolder.Table.SelectMany(row => new[] { row.X, row.Y })]));
        Directory.CreateDirectory(_folder.File("onnx"));
        File.CreateSymbolicLink(_folder.File("onnx", "model.onnx"), "../blobs/1");
        File.CreateSymbolicLink(_folder.File("onnx", "model.onnx_data"), "../blobs/2");
        await using var embedder = await _folder.OpenAsync();
        Assert.Equal(3, (await embedder.EmbedAsync("nine", cancellationToken: TestContext.Current.CancellationToken))[0], 1e-5f);
    }

    [Fact]
    public async Task AFolderWithoutAGraphSaysWhatWasLookedFor()
    {
        var error = await _folder.RefusalAsync();
        Assert.Equal(ErrorCode.ModelNotFound, error.Code);
        Assert.Contains("onnx/model.onnx", error.Message, StringComparison.Ordinal);
        var outside = await _folder.RefusalAsync(new OnnxRuntimeEngine { File = "../model.onnx" });
        Assert.Equal(ErrorCode.InvalidOption, outside.Code);
    }

    [Theory]
    [InlineData("CUDA", "Microsoft.ML.OnnxRuntime.Gpu")]
    [InlineData("DirectML", "Microsoft.ML.OnnxRuntime.DirectML")]
    [InlineData("quantum", "Name one of these")]
    public async Task AProviderThatIsNotThereIsNeverReplaced(string provider, string advice)
    {
        _folder.Write("model.onnx", Sound());
        var error = await _folder.RefusalAsync(new OnnxRuntimeEngine { Provider = provider });
        Assert.Equal(ErrorCode.EngineUnavailable, error.Code);
        Assert.Contains("CPU", error.Message, StringComparison.Ordinal);
        Assert.Contains(advice, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OptionsOutOfRangeAreRefused()
    {
        _folder.Write("model.onnx", Sound());
        foreach (
            var engine in (OnnxRuntimeEngine[])
                [new() { Threads = 0 }, new() { BatchTokens = 0 }, new() { Optimization = "most" }, new() { Provider = " " }]
        )
        {
            Assert.Equal(ErrorCode.InvalidOption, (await _folder.RefusalAsync(engine)).Code);
        }

        var precise = new TextEmbedderOptions { Engine = new OnnxRuntimeEngine(), Precision = ComputePrecision.Int8 };
        var error = await Assert.ThrowsAsync<SimileException>(async () => await TextEmbedder.LoadAsync(_folder.Path, precise));
        Assert.Equal(ErrorCode.InvalidOption, error.Code);
    }

    [Fact]
    public async Task AStaticModelHasNothingToCompute()
    {
        var options = new TextEmbedderOptions { Engine = new OnnxRuntimeEngine() };
        var folder = RepositoryRoot.Find("models", "simile-text-mini");
        var error = await Assert.ThrowsAsync<SimileException>(async () => await TextEmbedder.LoadAsync(folder, options));
        Assert.Equal(ErrorCode.InvalidOption, error.Code);
        Assert.Contains("onnxruntime", error.Message, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private static byte[] Sound() => Runnable(GraphFolder.States(), Output("last_hidden_state", GraphFolder.Float, -1, -1, 2));

    private static byte[] External(string location) =>
        Runnable(
            Input("input_ids", GraphFolder.Int64, -1, -1),
            Initializer(Tensor("table", [GraphFolder.Table.Count, 2], [], 1, OnnxWriter.External(location, "0", "64"))),
            Node("Gather", "rows", ["table", "input_ids"], "last_hidden_state"),
            Output("last_hidden_state", GraphFolder.Float, -1, -1, 2)
        );

    private static byte[] Flip(byte[] sound, Random random)
    {
        var bytes = sound.ToArray();
        bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
        return bytes;
    }
}
