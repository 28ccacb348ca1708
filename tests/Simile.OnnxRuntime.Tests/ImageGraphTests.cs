using Simile.Imaging;
using static Simile.Testing.OnnxWriter;

namespace Simile.OnnxRuntime.Tests;

/// <summary>Graphs of pictures whose vector is the mean of each colour.</summary>
public sealed class ImageGraphTests : IDisposable
{
    private static readonly (byte Red, byte Green, byte Blue)[] Colours = [(255, 0, 51), (0, 102, 255), (51, 204, 0)];
    private readonly GraphFolder _folder = new GraphFolder()
        .Write("config.json", """{"model_type":"efficientnet"}""")
        .Write(
            "preprocessor_config.json",
            """{"image_processor_type":"CLIPImageProcessor","do_resize":false,"do_normalize":false,"crop_size":{"height":4,"width":6}}"""
        );

    [Theory]
    [InlineData(-1, false)]
    [InlineData(2, false)]
    [InlineData(1, true)]
    [InlineData(-1, true)]
    public async Task ColoursComeFirstOrLastAsTheGraphHasThem(int batch, bool last)
    {
        _folder.Write("onnx/model.onnx", Means(batch, last));
        await using var embedder = await OpenAsync();
        var pictures = Colours.Select(colour => ImageInput.FromPixels(new RgbImage(6, 4, Plain(colour)))).ToArray();
        var vectors = await embedder.EmbedAsync(pictures, null, TestContext.Current.CancellationToken);
        for (var i = 0; i < Colours.Length; i++)
        {
            Assert.Equal(Colours[i].Red / 255f, vectors[i][0], 1e-6f);
            Assert.Equal(Colours[i].Green / 255f, vectors[i][1], 1e-6f);
            Assert.Equal(Colours[i].Blue / 255f, vectors[i][2], 1e-6f);
        }

        Assert.Contains(embedder.Notes, note => note.Contains("'embeddings'", StringComparison.Ordinal));
    }

    [Fact]
    public async Task ASizeThatThePreparationDoesNotGiveIsRefused()
    {
        _folder.Write(
            "onnx/model.onnx",
            Runnable(
                Input("pixel_values", GraphFolder.Float, -1, 3, 8, 8),
                Node("ReduceMean", "m", ["pixel_values"], "embeddings", Numbers("axes", 2, 3), Number("keepdims", 0)),
                Output("embeddings", GraphFolder.Float, -1, 3)
            )
        );
        var error = await Assert.ThrowsAsync<SimileException>(async () => await OpenAsync());
        Assert.Equal(ErrorCode.UnsupportedModel, error.Code);
        Assert.Contains("8 × 8", error.Message, StringComparison.Ordinal);
        Assert.Contains("6 × 4", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AMapIsNoVector()
    {
        _folder.Write(
            "onnx/model.onnx",
            Runnable(
                Input("pixel_values", GraphFolder.Float, -1, 3, -1, -1),
                Node("Identity", "i", ["pixel_values"], "map"),
                Output("map", GraphFolder.Float, -1, 3, -1, -1)
            )
        );
        var error = await Assert.ThrowsAsync<SimileException>(async () => await OpenAsync());
        Assert.Equal(ErrorCode.UnsupportedModel, error.Code);
        Assert.Contains("(1, 3, 4, 6)", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AGraphOfTextsIsRefused()
    {
        _folder.Write("onnx/model.onnx", Runnable(GraphFolder.States("embeddings"), Output("embeddings", GraphFolder.Float, -1, -1, 2)));
        var error = await Assert.ThrowsAsync<SimileException>(async () => await OpenAsync());
        Assert.Equal(ErrorCode.UnsupportedModel, error.Code);
        Assert.Contains("'input_ids'", error.Message, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private Task<ImageEmbedder> OpenAsync() =>
        ImageEmbedder.LoadAsync(
            _folder.Path,
            new ImageEmbedderOptions { Engine = new OnnxRuntimeEngine() },
            TestContext.Current.CancellationToken
        );

    private static byte[] Plain((byte Red, byte Green, byte Blue) colour) =>
        [.. Enumerable.Repeat((byte[])[colour.Red, colour.Green, colour.Blue], 24).SelectMany(pixel => pixel)];

    private static byte[] Means(int batch, bool last) =>
        Runnable(
            last ? Input("pixels", GraphFolder.Float, batch, 4, 6, 3) : Input("pixels", GraphFolder.Float, batch, 3, -1, -1),
            Node("ReduceMean", "m", ["pixels"], "embeddings", last ? Numbers("axes", 1, 2) : Numbers("axes", 2, 3), Number("keepdims", 0)),
            Output("embeddings", GraphFolder.Float, batch, 3)
        );
}
