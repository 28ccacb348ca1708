using static Simile.Testing.OnnxWriter;

namespace Simile.OnnxRuntime.Tests;

/// <summary>A model of texts and pictures whose halves are a graph each, as transformers.js has CLIP.</summary>
public sealed class HalvesTests : IDisposable
{
    private static readonly float[] Directions = [1, 2, 2];
    private readonly GraphFolder _folder = new();

    public HalvesTests()
    {
        foreach (var name in (string[])["config.json", "preprocessor_config.json", "tokenizer.json", "tokenizer_config.json"])
        {
            File.Copy(RepositoryRoot.Find("tests", "Simile.Tests", "Reference", "clip", "legacy", name), _folder.File(name));
        }

        // Every text has the direction (1, 2, 2), every picture its colours.
        _folder
            .Write(
                "onnx/text_model.onnx",
                Runnable(
                    Input("input_ids", GraphFolder.Int64, -1, -1),
                    Initializer(Tensor("directions", [1, 3], Floats(Directions))),
                    Node("Cast", "floats", ["input_ids"], "floats", Number("to", GraphFolder.Float)),
                    Node("ReduceMax", "largest", ["floats"], "largest", Numbers("axes", 1), Number("keepdims", 1)),
                    Node("Mul", "row", ["largest", "directions"], "text_embeds"),
                    Output("text_embeds", GraphFolder.Float, -1, 3)
                )
            )
            .Write(
                "onnx/vision_model.onnx",
                Runnable(
                    Input("pixel_values", GraphFolder.Float, -1, 3, -1, -1),
                    Node("ReduceMean", "colours", ["pixel_values"], "image_embeds", Numbers("axes", 2, 3), Number("keepdims", 0)),
                    Output("image_embeds", GraphFolder.Float, -1, 3)
                )
            );
    }

    [Fact]
    public async Task BothShareASpace()
    {
        var options = new EmbeddingModelOptions { Engine = new OnnxRuntimeEngine() };
        await using var model = await EmbeddingModel.OpenAsync(_folder.Path, options, TestContext.Current.CancellationToken);
        var text = await model.Texts!.EmbedAsync("a dog", cancellationToken: TestContext.Current.CancellationToken);
        Assert.All(Directions.Zip(text.ToArray()), pair => Assert.Equal(pair.First / 3, pair.Second, 1e-6f));
        var picture = await model.Images!.EmbedAsync(
            ImageInput.FromFile(RepositoryRoot.Find("samples", "pictures", "pizza.jpg")),
            cancellationToken: TestContext.Current.CancellationToken
        );
        Assert.Equal(model.Texts!.Space, model.Images!.Space);
        Assert.InRange(Similarity.Cosine(text, picture), -1, 1);
        Assert.Equal(2, model.Notes.Count(note => note.StartsWith("ONNX Runtime ", StringComparison.Ordinal)));
    }

    public void Dispose() => _folder.Dispose();
}
