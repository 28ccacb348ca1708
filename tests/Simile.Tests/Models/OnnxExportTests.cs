using System.Text.Json;
using Simile.Text;
using Simile.Vectors;

namespace Simile.Tests.Models;

/// <summary>Folders whose weights are an ONNX export only (tests/reference/onnx_exports.py): the same vectors, to the bit, as of the
/// checkpoint that was exported.</summary>
public sealed class OnnxExportTests : IDisposable
{
    private const float Tolerance = 1e-5f;
    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData("bert", "bert", "onnx/model.onnx")]
    [InlineData("bert-external", "bert", "onnx/model.onnx")]
    [InlineData("distilbert", "distilbert", "model.onnx")]
    [InlineData("distilbert-numbers", "distilbert", "onnx/model.onnx")]
    [InlineData("distilbert-half-numbers", "distilbert", "onnx/model_fp16.onnx")]
    [InlineData("mpnet", "mpnet", "onnx/model.onnx")]
    [InlineData("modernbert", "modernbert", "onnx/model.onnx")]
    [InlineData("nomic-bert", "nomic-bert", "onnx/model.onnx")]
    public async Task AnExportGivesTheVectorsOfItsCheckpoint(string export, string checkpoint, string name)
    {
        Prepare(export, checkpoint, name);
        var texts = Read(Reference("encoders", checkpoint, "expected.json")).Texts;
        await using var expected = await TextEmbedder.LoadAsync(Reference("encoders", checkpoint));
        await using var embedder = await TextEmbedder.LoadAsync(_folder.Path);
        var (wanted, vectors) = (await expected.EmbedAsync(texts), await embedder.EmbedAsync(texts));
        for (var i = 0; i < texts.Length; i++)
        {
            Assert.Equal(wanted[i].ToArray(), vectors[i].ToArray());
        }

        Assert.Equal(
            name.EndsWith("fp16.onnx", StringComparison.Ordinal),
            embedder.Notes.Any(note => note.Contains("model_fp16.onnx", StringComparison.Ordinal))
        );
    }

    [Theory]
    [InlineData("bert-dynamic-uint8")]
    [InlineData("bert-dynamic-int8-columns")]
    [InlineData("bert-qdq")]
    public async Task QuantizedWeightsAreWhatTheyStandFor(string export)
    {
        Prepare(export, "bert", "onnx/model_quantized.onnx");
        var (texts, expected) = Read(Reference("onnx", export + ".json"));
        await using var embedder = await TextEmbedder.LoadAsync(_folder.Path);
        var vectors = await embedder.EmbedAsync(texts);
        Assert.Contains(embedder.Notes, note => note.Contains("model_quantized.onnx", StringComparison.Ordinal));
        for (var i = 0; i < texts.Length; i++)
        {
            Assert.Equal(1, Similarity.Cosine(expected[i], vectors[i]), Tolerance);
            Assert.All(
                expected[i].Select((value, d) => MathF.Abs(value - vectors[i][d])),
                difference => Assert.True(difference < Tolerance, $"text {i} differs by {difference}")
            );
        }
    }

    [Fact]
    public async Task SafetensorsComeBeforeAnExport()
    {
        Prepare("bert", "bert", "onnx/model.onnx");
        await File.WriteAllTextAsync(_folder.File("onnx", "model.onnx"), "no ONNX", TestContext.Current.CancellationToken);
        File.Copy(Reference("encoders", "bert", "model.safetensors"), _folder.File("model.safetensors"));
        await using var embedder = await TextEmbedder.LoadAsync(_folder.Path, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(60, embedder.Space.Dimensions);
    }

    [Fact]
    public async Task AnExportOfAnotherNetworkIsACodedError()
    {
        Prepare("mpnet", "bert", "onnx/model.onnx");
        var error = await Assert.ThrowsAsync<SimileException>(async () => await TextEmbedder.LoadAsync(_folder.Path));
        Assert.Equal(ErrorCode.BadCheckpoint, error.Code);
        Assert.Contains("model.onnx", error.Message, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private void Prepare(string export, string checkpoint, string name)
    {
        var source = Reference("encoders", checkpoint);
        foreach (
            var path in Directory
                .GetFiles(source, "*", SearchOption.AllDirectories)
                .Where(path =>
                    Path.GetFileName(path) is not "expected.json" && Path.GetRelativePath(source, path) is not "model.safetensors"
                )
        )
        {
            var target = _folder.File(Path.GetRelativePath(source, path));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(path, target);
        }

        Directory.CreateDirectory(Path.GetDirectoryName(_folder.File(name))!);
        File.Copy(Reference("onnx", export + ".onnx"), _folder.File(name));
        if (export == "bert-external")
        {
            File.Copy(Reference("onnx", "bert-external.onnx_data"), _folder.File("onnx", "bert-external.onnx_data"));
        }
    }

    private static string Reference(params string[] parts) => RepositoryRoot.Find(["tests", "Simile.Tests", "Reference", .. parts]);

    private static (string[] Texts, float[][] Vectors) Read(string path)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(path));
        return (
            [.. document.RootElement.GetProperty("texts").EnumerateArray().Select(text => text.GetString()!)],
            [
                .. document
                    .RootElement.GetProperty("vectors")
                    .EnumerateArray()
                    .Select(vector => vector.EnumerateArray().Select(value => value.GetSingle()).ToArray()),
            ]
        );
    }
}
