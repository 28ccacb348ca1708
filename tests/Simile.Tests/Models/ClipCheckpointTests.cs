using System.Text.Json.Nodes;
using Simile.Engine.Tensors;
using Simile.Engine.Transformers;
using Simile.Families;
using Simile.Images;
using Simile.Inference;
using Simile.Models;
using Simile.Multimodal;
using Simile.Tests.Networks.Vision;
using Simile.Tests.Text;
using Simile.Text;
using Simile.Vectors;

namespace Simile.Tests.Models;

/// <summary>Both towers of a CLIP folder: one space, one scale; and folders that do not hold together.</summary>
public sealed class ClipCheckpointTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData("legacy", "")]
    [InlineData("module", "0_CLIPModel")]
    [InlineData("siglip", "")]
    public async Task LogitsAreThoseOfPyTorch(string name, string subfolder)
    {
        var expected = ClipCase.Read(name);
        var folder = ModelFolder.Open(ClipCase.Folder(name));
        using var weights = SafetensorsSet.Open(folder.File(subfolder));
        using var network = ModelFamilies.LoadImage(weights, folder.ReadConfig(subfolder, "config.json"), new ComputeOptions());
        var size = expected.Size!.Value;
        var images = new float[2 * network.Dimensions];
        network.Forward(
            new PixelBatch([.. VisionCase.Values(7000, 2 * 3 * size * size, 0).Select(value => value * 2)], size, size),
            images,
            team: null
        );
        await using var embedder = await TextEmbedder.LoadAsync(folder.Path, null, Token);
        var texts = await embedder.EmbedAsync(expected.Sentences(), null, Token);
        var scale = PairedModels.LogitScale(ModelManifest.Read(folder))!.Value;
        Assert.Equal(expected.LogitBias, PairedModels.LogitBias(ModelManifest.Read(folder)));
        Assert.Equal(expected.LogitScale!.Value, scale, expected.LogitScale.Value * 1e-6f);
        for (var i = 0; i < 2; i++)
        {
            var image = images[(i * network.Dimensions)..((i + 1) * network.Dimensions)];
            Assert.InRange(Similarity.Cosine(expected.Images![i], image), 0.999999f, 1.000001f);
            for (var j = 0; j < texts.Count; j++)
            {
                Assert.Equal(
                    expected.Logits![i][j],
                    (scale * Similarity.Cosine(image, texts[j])) + (expected.LogitBias ?? 0),
                    2e-6f * scale
                );
            }
        }
    }

    [Theory]
    [InlineData("legacy")]
    [InlineData("module")]
    [InlineData("siglip")]
    public async Task TextsAndPicturesShareASpace(string name)
    {
        await using var texts = await TextEmbedder.LoadAsync(ClipCase.Folder(name), null, Token);
        await using var images = await ImageEmbedder.LoadAsync(ClipCase.Folder(name), null, Token);
        Assert.Equal(texts.Space, images.Space);
        Assert.True(texts.Space.UnitLength);
        Assert.Equal(texts.Space, new ContentEmbedder(texts, images).Space);
        Assert.Equal(Modality.Text | Modality.Image, ModelManifest.Read(ModelFolder.Open(ClipCase.Folder(name))).Modality);
    }

    [Fact]
    public void ATextTowerAloneHasNoScale() =>
        Assert.Null(PairedModels.LogitScale(ModelManifest.Read(ModelFolder.Open(ClipCase.Folder("text-only")))));

    [Theory]
    [InlineData("legacy", "clip", 24, 77)]
    [InlineData("module", "clip", 40, 40)]
    [InlineData("text-only", "clip_text_model", 28, 77)]
    [InlineData("siglip", "siglip", 48, 64, 26)]
    public void DescriptionsComeFromTheConfiguration(string name, string kind, int dimensions, int tokens, int vocabulary = 562)
    {
        var description = ModelDescription.Of(ModelFolder.Open(ClipCase.Folder(name)));
        Assert.Equal(
            (kind, vocabulary, dimensions, tokens),
            (description.Kind, description.Tokens, description.Dimensions, description.MaxTokens)
        );
    }

    [Fact]
    public async Task AModelAgreesWithItself() =>
        Assert.False((await TextModelVerifier.VerifyAsync(ModelFolder.Open(ClipCase.Folder("legacy")), Token)).HasGolden);

    [Fact]
    public async Task AnUnknownTensorIsRefused()
    {
        Rewrite(tensors => tensors.Append(new TensorToWrite("text_model.registers", TensorType.F32, [1], new byte[4])));
        Assert.Contains("text_model.registers", await ExpectErrorAsync(ErrorCode.UnsupportedModel), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("text_projection.weight")]
    [InlineData("text_model.final_layer_norm.weight")]
    [InlineData("text_model.encoder.layers.1.self_attn.k_proj.bias")]
    [InlineData("text_model.embeddings.token_embedding.weight")]
    public async Task AMissingTensorIsADamagedCheckpoint(string name)
    {
        Rewrite(tensors => tensors.Where(tensor => tensor.Name != name));
        Assert.Contains(name, await ExpectErrorAsync(ErrorCode.BadCheckpoint), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("projection_dim", "25")]
    [InlineData("intermediate_size", "64")]
    public async Task AnotherShapeIsADamagedCheckpoint(string entry, string value)
    {
        Copy("text-only");
        Configure(entry, value);
        await ExpectErrorAsync(ErrorCode.BadCheckpoint);
    }

    [Fact]
    public async Task AnEndThatTheTokenizerDoesNotWriteIsRefused()
    {
        Copy("text-only");
        Configure("eos_token_id", "7");
        await ExpectErrorAsync(ErrorCode.UnsupportedTokenizer);
    }

    [Fact]
    public async Task AFillingTokenThatTheTableLacksIsADamagedCheckpoint()
    {
        Copy("siglip");
        File.Delete(_folder.File("model", "tokenizer_config.json"));
        Configure(
            "text_config",
            """{"hidden_size":48,"num_attention_heads":3,"intermediate_size":96,"num_hidden_layers":2,"pad_token_id":26}"""
        );
        await ExpectErrorAsync(ErrorCode.BadCheckpoint);
    }

    [Fact]
    public void AScaleIsOneNumber()
    {
        Rewrite(tensors => tensors.Append(new TensorToWrite("logit_scale", TensorType.F32, [2], new byte[8])));
        Assert.Equal(
            ErrorCode.BadCheckpoint,
            Assert.Throws<SimileException>(() => PairedModels.LogitScale(ModelManifest.Read(ModelFolder.Open(_folder.File("model"))))).Code
        );
    }

    public void Dispose() => _folder.Dispose();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private async Task<string> ExpectErrorAsync(string code)
    {
        var error = await Assert.ThrowsAsync<SimileException>(() => TextEmbedder.LoadAsync(_folder.File("model"), null, Token));
        Assert.Equal(code, error.Code);
        return error.Message;
    }

    private void Configure(string entry, string value)
    {
        var path = _folder.File("model", "config.json");
        var config = JsonNode.Parse(File.ReadAllText(path))!;
        config[entry] = JsonNode.Parse(value);
        File.WriteAllText(path, config.ToJsonString());
    }

    private void Rewrite(Func<IEnumerable<TensorToWrite>, IEnumerable<TensorToWrite>> change)
    {
        Copy("text-only");
        var path = _folder.File("model", "model.safetensors");
        List<TensorToWrite> tensors;
        using (var file = SafetensorsFile.Open(path))
        {
            tensors =
            [
                .. file.Tensors.Values.Select(tensor => new TensorToWrite(
                    tensor.Name,
                    TensorType.F32,
                    [.. tensor.Shape],
                    System.Runtime.InteropServices.MemoryMarshal.AsBytes(file.ReadFloats(tensor.Name).AsSpan()).ToArray()
                )),
            ];
        }

        SafetensorsWriter.Write(path, [.. change(tensors)]);
    }

    private void Copy(string name)
    {
        Directory.CreateDirectory(_folder.File("model"));
        foreach (var path in Directory.GetFiles(ClipCase.Folder(name)))
        {
            File.Copy(path, _folder.File("model", Path.GetFileName(path)));
        }
    }
}
