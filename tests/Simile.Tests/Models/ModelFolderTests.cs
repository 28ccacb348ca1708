using System.Runtime.InteropServices;
using Simile.Engine.Tensors;
using Simile.Models;
using Simile.Text;

namespace Simile.Tests.Models;

/// <summary>The three layouts of static models, as small folders in the published form.</summary>
public sealed class ModelFolderTests : IDisposable
{
    private const string Tokenizer = """
        {"version":"1.0","added_tokens":[],"normalizer":{"type":"BertNormalizer","clean_text":true,"handle_chinese_chars":true,"strip_accents":null,"lowercase":true},
         "pre_tokenizer":{"type":"BertPreTokenizer"},"post_processor":null,
         "model":{"type":"WordPiece","unk_token":"[UNK]","continuing_subword_prefix":"##","max_input_chars_per_word":100,"vocab":{"[UNK]":0,"red":1,"blue":2,"green":3}}}
        """;

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task SentenceTransformersStaticEmbedding()
    {
        Directory.CreateDirectory(_folder.File("0_StaticEmbedding"));
        Write(
            "modules.json",
            """[{"idx":0,"name":"0","path":"0_StaticEmbedding","type":"sentence_transformers.models.StaticEmbedding"},{"idx":1,"name":"1","path":"1_Normalize","type":"sentence_transformers.models.Normalize"}]"""
        );
        Write("0_StaticEmbedding/tokenizer.json", Tokenizer);
        WriteWeights("0_StaticEmbedding/model.safetensors", Floats("embedding.weight", [4, 2], [9, 9, 1, 0, 0, 1, 3, 4]));
        var batch = await (await TextEmbedder.LoadAsync(_folder.Path)).EmbedAsync(["red blue", "GREEN", "red pink"]);
        // The unknown token's row (9, 9) counts: (1, 0) + (9, 9) points to (10, 9).
        Assert.Equal(
            [0.70710677f, 0.70710677f, 0.6f, 0.8f, 10 / MathF.Sqrt(181), 9 / MathF.Sqrt(181)],
            batch.Block.ToArray().Select(value => value),
            (a, b) => MathF.Abs(a - b) < 1e-6f
        );
        Assert.True(batch.Space.UnitLength);
    }

    [Fact]
    public async Task Model2VecWithWeightsAndMapping()
    {
        Write("config.json", """{"model_type":"model2vec","normalize":false}""");
        Write("tokenizer.json", Tokenizer);
        long[] mapping = [0, 1, 1, 0];
        WriteWeights(
            "model.safetensors",
            Floats("embeddings", [2, 2], [1, 0, 0, 1]),
            Floats("weights", [4], [1, 0.5f, 2, 1]),
            new TensorToWrite("mapping", TensorType.I64, [4], MemoryMarshal.AsBytes(mapping.AsSpan()).ToArray())
        );
        var batch = await (await TextEmbedder.LoadAsync(_folder.Path)).EmbedAsync(["red blue", "green"]);
        Assert.Equal([0, 1.25f, 1, 0], batch.Block.ToArray());
        Assert.False(batch.Space.UnitLength);
    }

    [Fact]
    public async Task AForeignNetworkIsNamed()
    {
        Write("config.json", """{"model_type":"t5"}""");
        var error = await Assert.ThrowsAsync<SimileException>(() => TextEmbedder.LoadAsync(_folder.Path));
        Assert.Equal(ErrorCode.UnsupportedModel, error.Code);
        Assert.Contains("t5", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnEmptyFolderHoldsNoModel() =>
        Assert.Equal(ErrorCode.ModelNotFound, (await Assert.ThrowsAsync<SimileException>(() => TextEmbedder.LoadAsync(_folder.Path))).Code);

    [Fact]
    public async Task ATokenBeyondATableIsAnErrorOfItsText()
    {
        Write("config.json", """{"model_type":"model2vec"}""");
        Write("tokenizer.json", Tokenizer);
        WriteWeights("model.safetensors", Floats("embeddings", [3, 1], [1, 2, 3]));
        var embedder = await TextEmbedder.LoadAsync(_folder.Path);
        var batch = await embedder.EmbedAsync(["red", "green"]);
        Assert.True(batch.Outcomes[0].Succeeded);
        Assert.Equal(ErrorCode.BadCheckpoint, batch.Outcomes[1].Error?.Code);
        Assert.Contains(embedder.Notes, note => note.Contains("4 entries", StringComparison.Ordinal));
    }

    [Fact]
    public async Task ValuesThatAreNotFiniteAreAnError()
    {
        Write("config.json", """{"model_type":"model2vec"}""");
        Write("tokenizer.json", Tokenizer);
        WriteWeights("model.safetensors", Floats("embeddings", [4, 1], [1, float.NaN, 3, 4]));
        Assert.Equal(ErrorCode.BadCheckpoint, (await Assert.ThrowsAsync<SimileException>(() => TextEmbedder.LoadAsync(_folder.Path))).Code);
    }

    [Fact]
    public void AMissingModelNamesTheInstalledOnes()
    {
        Directory.CreateDirectory(_folder.File("tiny"));
        Write("tiny/config.json", "{}");
        var error = Assert.Throws<SimileException>(() => new ModelCatalog([_folder.Path]).Resolve("tinny"));
        Assert.Equal(ErrorCode.ModelNotFound, error.Code);
        Assert.Contains("installed are tiny", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TheShippedModelIsAsPublishedAndADamagedOneIsNot()
    {
        var shipped = ModelFolder.Open(RepositoryRoot.Find("models", "simile-text-mini"));
        var check = await TextModelVerifier.VerifyAsync(shipped);
        Assert.True(check.HasGolden);
        Assert.InRange(check.LargestDifference, 0, 1e-5f);
        foreach (var file in Directory.GetFiles(shipped.Path))
        {
            File.Copy(file, _folder.File(Path.GetFileName(file)));
        }

        var weights = File.ReadAllBytes(_folder.File("model.safetensors"));
        for (var i = weights.Length / 2; i < weights.Length; i += 2)
        {
            weights[i] = 0;
            weights[i + 1] = 0x3C;
        }

        File.WriteAllBytes(_folder.File("model.safetensors"), weights);
        Assert.Equal(
            ErrorCode.VerificationFailed,
            (await Assert.ThrowsAsync<SimileException>(() => TextModelVerifier.VerifyAsync(ModelFolder.Open(_folder.Path)))).Code
        );
    }

    public void Dispose() => _folder.Dispose();

    private static TensorToWrite Floats(string name, long[] shape, float[] values) =>
        new(name, TensorType.F32, shape, MemoryMarshal.AsBytes(values.AsSpan()).ToArray());

    private void Write(string name, string content) => File.WriteAllText(_folder.File(name), content);

    private void WriteWeights(string name, params TensorToWrite[] tensors) => SafetensorsWriter.Write(_folder.File(name), tensors);
}
