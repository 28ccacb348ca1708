using static Simile.Testing.OnnxWriter;

namespace Simile.OnnxRuntime.Tests;

/// <summary>Graphs of texts in the forms that exporters write. A text's mean is that of its tokens' rows, [CLS] and [SEP] with (0, 0)
/// among them.</summary>
public sealed class TextGraphTests : IDisposable
{
    private static readonly string[] Texts = ["nine", "one two", "one", "nine nine one two"];
    private static readonly float[][] Means =
    [
        [3, 8f / 3],
        [0.75f, 0],
        [1f / 3, 4f / 3],
        [21f / 6, 16f / 6],
    ];
    private readonly GraphFolder _folder = new GraphFolder().OfTexts();

    [Theory]
    [InlineData(GraphFolder.Int64, -1, -1)]
    [InlineData(GraphFolder.Int32, -1, -1)]
    [InlineData(GraphFolder.Int64, 1, -1)]
    [InlineData(GraphFolder.Int64, 3, -1)]
    [InlineData(GraphFolder.Int64, -1, 8)]
    [InlineData(GraphFolder.Int32, 1, 8)]
    public async Task StatesArePooledAsTheFolderSays(int ids, int texts, int tokens)
    {
        _folder.Write(
            "onnx/model.onnx",
            Runnable(
                GraphFolder.States(ids: ids, texts: texts, tokens: tokens),
                Output("last_hidden_state", GraphFolder.Float, texts, tokens, 2)
            )
        );
        await using var embedder = await _folder.OpenAsync();
        await RequireMeansAsync(embedder);
        Assert.Equal(tokens < 0 ? null : tokens, embedder.MaxTokens < 100 ? embedder.MaxTokens : null);
        Assert.Contains(embedder.Notes, note => note.Contains("'last_hidden_state'", StringComparison.Ordinal));
        Assert.Contains(embedder.Notes, note => note.Contains("onnx/model.onnx", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("cls_token", 0f, 0f)]
    [InlineData("max_tokens", 9f, 8f)]
    [InlineData("mean_sqrt_len_tokens", 5f, 6f)]
    public async Task OtherPoolingsAreFollowed(string pooling, float x, float y)
    {
        _folder.OfTexts(pooling: pooling).Write("model.onnx", Simple());
        await using var embedder = await _folder.OpenAsync();
        var batch = await embedder.EmbedAsync(["nine one", "two"], null, TestContext.Current.CancellationToken);
        Assert.Equal([x, y], batch[0].ToArray());
    }

    // Nothing tells the graph where a text ends, so that one that was filled up would have another mean.
    [Fact]
    public async Task AGraphThatPoolsByItselfAndHasNoMaskNeverSeesWhatFillsUp()
    {
        _folder.Write("model.onnx", Pooled());
        await using var embedder = await _folder.OpenAsync();
        await RequireMeansAsync(embedder);
        Assert.EndsWith(":sentence_embedding", embedder.Space.Id, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AFolderThatPoolsGoesBeforeAGraphThatDoes()
    {
        var both = Runnable(
            GraphFolder.States(),
            Node("ReduceMax", "pool", ["last_hidden_state"], "sentence_embedding", Numbers("axes", 1), Number("keepdims", 0)),
            Output("sentence_embedding", GraphFolder.Float, -1, 2),
            Output("last_hidden_state", GraphFolder.Float, -1, -1, 2)
        );
        _folder.Write("model.onnx", both);
        await using (var embedder = await _folder.OpenAsync())
        {
            await RequireMeansAsync(embedder);
        }

        // The largest of a text's rows; alone, since a row that fills up would be larger.
        await using (var embedder = await _folder.OpenAsync(new OnnxRuntimeEngine { Output = "sentence_embedding" }))
        {
            var vector = await embedder.EmbedAsync("nine two", cancellationToken: TestContext.Current.CancellationToken);
            Assert.Equal([9f, 8f], vector.ToArray());
            Assert.Contains(embedder.Notes, note => note.Contains("'sentence_embedding'", StringComparison.Ordinal));
        }

        File.Delete(_folder.File("modules.json"));
        await using (var embedder = await _folder.OpenAsync())
        {
            var vector = await embedder.EmbedAsync("nine two", cancellationToken: TestContext.Current.CancellationToken);
            Assert.Equal([9f, 8f], vector.ToArray());
        }
    }

    [Fact]
    public async Task SixteenBitsAreReadAsTheyAre()
    {
        _folder.Write(
            "onnx/model_fp16.onnx",
            Runnable(
                GraphFolder.States("wide"),
                Node("Cast", "narrow", ["wide"], "last_hidden_state", Number("to", GraphFolder.Half)),
                Output("last_hidden_state", GraphFolder.Half, -1, -1, 2)
            )
        );
        await using var embedder = await _folder.OpenAsync();
        await RequireMeansAsync(embedder);
        Assert.Contains(embedder.Notes, note => note.Contains("model_fp16.onnx", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("deberta-v2", 0)]
    [InlineData("xlm-roberta", 1)]
    public async Task PositionsAreCountedAsTheKindOfNetworkDoes(string kind, int first)
    {
        // Every state is its row and its position.
        _folder
            .OfTexts(kind, more: ""","max_position_embeddings":16""")
            .Write(
                "model.onnx",
                Runnable(
                    GraphFolder.States("rows"),
                    Input("position_ids", GraphFolder.Int64, -1, -1),
                    Initializer(Tensor("last", [1], BitConverter.GetBytes(-1L), GraphFolder.Int64)),
                    Node("Cast", "floats", ["position_ids"], "places", Number("to", GraphFolder.Float)),
                    Node("Unsqueeze", "column", ["places", "last"], "column"),
                    Node("Add", "sum", ["rows", "column"], "last_hidden_state"),
                    Output("last_hidden_state", GraphFolder.Float, -1, -1, 2)
                )
            );
        await using var embedder = await _folder.OpenAsync();
        var batch = await embedder.EmbedAsync(Texts, null, TestContext.Current.CancellationToken);
        Assert.Equal(16 - first, embedder.MaxTokens);
        for (var i = 0; i < Texts.Length; i++)
        {
            var middle = first + ((Texts[i].Split(' ').Length + 1) / 2f);
            Assert.Equal(Means[i][0] + middle, batch[i][0], 1e-5f);
            Assert.Equal(Means[i][1] + middle, batch[i][1], 1e-5f);
        }
    }

    // The range of a run decides how its values are rounded: beside "far" all others would be rounded to multiples of 3.
    [Fact]
    public async Task AGraphThatQuantizesByRunGivesATextTheVectorThatItHasAlone()
    {
        _folder.Write(
            "onnx/model_quantized.onnx",
            Runnable(
                GraphFolder.States("wide"),
                new OnnxWriter()
                    .Add(
                        1,
                        new OnnxWriter()
                            .Add(1, "wide")
                            .Add(2, "bytes")
                            .Add(2, "scale")
                            .Add(2, "zero")
                            .Add(3, "quantize")
                            .Add(4, "DynamicQuantizeLinear")
                            .ToArray()
                    )
                    .ToArray(),
                Node("DequantizeLinear", "floats", ["bytes", "scale", "zero"], "last_hidden_state"),
                Output("last_hidden_state", GraphFolder.Float, -1, -1, 2)
            )
        );
        await using var embedder = await _folder.OpenAsync();
        var cancel = TestContext.Current.CancellationToken;
        var alone = await embedder.EmbedAsync("nine two", cancellationToken: cancel);
        var beside = (await embedder.EmbedAsync(["far far", "nine two", "far"], null, cancel))[1];
        Assert.Equal(alone.ToArray(), beside.ToArray());
        Assert.Equal(11f / 4, alone[0], 0.05f);
        Assert.Contains(embedder.Notes, note => note.Contains("one by one", StringComparison.Ordinal));
    }

    [Fact]
    public async Task ManyCallersGetWhatOneGets()
    {
        _folder.Write("model.onnx", Simple());
        await using var embedder = await _folder.OpenAsync(new OnnxRuntimeEngine { BatchTokens = 8 });
        await Parallel.ForEachAsync(
            Enumerable.Range(0, 64),
            TestContext.Current.CancellationToken,
            async (_, _) => await RequireMeansAsync(embedder)
        );
    }

    [Fact]
    public async Task WhatIsDisposedIsFreedAndRefusesCalls()
    {
        _folder.Write("model.onnx", Simple());
        var embedder = await _folder.OpenAsync();
        await embedder.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await embedder.EmbedAsync(Texts));
    }

    [Fact]
    public async Task TheRecipeNamesTheEngineAndWhatItTakes()
    {
        _folder.OfTexts("bert", more: Bert).Write("model.onnx", Pair());
        await using var states = await _folder.OpenAsync();
        await using var other = await _folder.OpenAsync(new OnnxRuntimeEngine { Output = "sentence_embedding" });
        await using var plain = await _folder.OpenAsync(new OnnxRuntimeEngine { Optimization = "none" });
        Assert.Equal(3, new[] { states, other, plain }.Select(embedder => embedder.Recipe.Digest).Distinct().Count());
        Assert.Equal(states.Space, plain.Space);
        Assert.NotEqual(states.Space, other.Space);
    }

    [Fact]
    public async Task ACrossEncodersLogitsAreItsScores()
    {
        // The sum of all rows, and of the types in its second value: pairs reach the graph as tokenizers of BERT put them together.
        _folder
            .OfTexts(more: ""","architectures":["DebertaV2ForSequenceClassification"],"num_labels":1,"id2label":{"0":"LABEL_0"}""")
            .Write("config_sentence_transformers.json", """{"activation_fn":"torch.nn.modules.linear.Identity"}""")
            .Write(
                "model.onnx",
                Runnable(
                    GraphFolder.States("rows"),
                    Input("token_type_ids", GraphFolder.Int64, -1, -1),
                    Initializer(Tensor("one", [1], BitConverter.GetBytes(1L), GraphFolder.Int64)),
                    Initializer(Tensor("last", [1], BitConverter.GetBytes(-1L), GraphFolder.Int64)),
                    Node("Cast", "t", ["token_type_ids"], "types", Number("to", GraphFolder.Float)),
                    Node("Cast", "m", ["attention_mask"], "mask", Number("to", GraphFolder.Float)),
                    Node("Unsqueeze", "u", ["mask", "last"], "column"),
                    Node("Mul", "real", ["rows", "column"], "real"),
                    Node("ReduceMax", "x", ["real"], "each", Numbers("axes", 2), Number("keepdims", 0)),
                    Node("Mul", "second", ["each", "types"], "second"),
                    Node("ReduceSum", "sum", ["second", "one"], "logits"),
                    Output("logits", GraphFolder.Float, -1, 1)
                )
            );
        File.Delete(_folder.File("modules.json"));
        var options = new RerankerOptions { Engine = new OnnxRuntimeEngine() };
        await using var reranker = await Reranker.LoadAsync(_folder.Path, options, TestContext.Current.CancellationToken);
        var scores = await reranker.ScoreAsync("nine", ["one", "two nine", "far one"], TestContext.Current.CancellationToken);
        Assert.Equal([4f, 11f, 404f], [scores[0][0], scores[1][0], scores[2][0]]);
        Assert.Contains(reranker.Notes, note => note.Contains("'logits'", StringComparison.Ordinal));
    }

    public void Dispose() => _folder.Dispose();

    private const string Bert =
        ""","hidden_size":2,"num_attention_heads":1,"num_hidden_layers":1,"intermediate_size":4,"hidden_act":"gelu","max_position_embeddings":16,"type_vocab_size":2""";

    private static byte[] Simple() => Runnable(GraphFolder.States(), Output("last_hidden_state", GraphFolder.Float, -1, -1, 2));

    private static byte[] Pooled() =>
        Runnable(
            Input("input_ids", GraphFolder.Int64, -1, -1),
            GraphFolder.Rows("rows"),
            Node("ReduceMean", "pool", ["rows"], "sentence_embedding", Numbers("axes", 1), Number("keepdims", 0)),
            Output("sentence_embedding", GraphFolder.Float, -1, 2)
        );

    private static byte[] Pair() =>
        Runnable(
            GraphFolder.States(),
            Node("ReduceMean", "pool", ["last_hidden_state"], "sentence_embedding", Numbers("axes", 1), Number("keepdims", 0)),
            Output("last_hidden_state", GraphFolder.Float, -1, -1, 2),
            Output("sentence_embedding", GraphFolder.Float, -1, 2)
        );

    private static async Task RequireMeansAsync(TextEmbedder embedder)
    {
        var batch = await embedder.EmbedAsync(Texts, null, TestContext.Current.CancellationToken);
        for (var i = 0; i < Texts.Length; i++)
        {
            Assert.Equal(Means[i][0], batch[i][0], 1e-5f);
            Assert.Equal(Means[i][1], batch[i][1], 1e-5f);
        }
    }
}
