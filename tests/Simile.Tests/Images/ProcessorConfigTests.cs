using System.IO.Compression;
using System.Text.Json;
using Simile.Images;
using Simile.Imaging;
using Simile.Models;

namespace Simile.Tests.Images;

/// <summary>Every way to write an image processor prepares the picture that transformers 5.17 prepares
/// (tests/reference/image_processors.py).</summary>
public sealed class ProcessorConfigTests : IDisposable
{
    // transformers 5 resizes by torchvision, whose bytes differ from Pillow's by one level here and there.
    private const double Levels = 2.5 / 255;
    private static readonly Lazy<JsonElement> Reference = new(ReadReference);
    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> Kinds => ["CLIP", "ViT", "Siglip", "Bit", "ConvNext", "DeiT"];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void PicturesAreThoseOfTransformers(string kind)
    {
        var wrong = new List<string>();
        var compared = 0;
        foreach (
            var one in Reference
                .Value.GetProperty("cases")
                .EnumerateArray()
                .Where(one => one.GetProperty("kind").GetString() == kind && one.TryGetProperty("result", out _) && !HasNull(one))
        )
        {
            Write(one);
            try
            {
                var prepared = PreprocessorConfig.Read(ModelFolder.Open(_folder.Path), string.Empty).Preparation.Prepare(Picture());
                compared++;
                if (Difference(one, prepared.Height, prepared.Width, prepared.Values.AsSpan()) is { } difference)
                {
                    wrong.Add($"{one.GetProperty("files").GetRawText()}: {difference}");
                }
            }
            catch (SimileException error) when (error.Code == ErrorCode.UnsupportedModel)
            {
                // What is refused is not wrong.
                Assert.Contains("asks for", error.Message, StringComparison.Ordinal);
            }
        }

        Assert.True(compared > 20);
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    [Fact]
    public void TheConfigurationOfTransformersFiveComesFirst()
    {
        File.WriteAllText(_folder.File("preprocessor_config.json"), """{"image_processor_type":"ViTImageProcessor","size":32}""");
        File.WriteAllText(_folder.File("processor_config.json"), """{"processor_class":"CLIPProcessor"}""");
        Assert.Equal(32, PreprocessorConfig.Read(ModelFolder.Open(_folder.Path), string.Empty).Preparation.ExactHeight);
        File.WriteAllText(
            _folder.File("processor_config.json"),
            """{"image_processor":{"image_processor_type":"SiglipImageProcessorFast","size":{"height":48,"width":48}}}"""
        );
        Assert.Equal(48, PreprocessorConfig.Read(ModelFolder.Open(_folder.Path), string.Empty).Preparation.ExactHeight);
    }

    [Theory]
    [InlineData("""{"image_processor_type":"CLIPImageProcessor","size":{"longest_edge":32}}""")]
    [InlineData("""{"image_processor_type":"CLIPImageProcessor","do_pad":true,"pad_size":{"height":40,"width":40}}""")]
    [InlineData("""{"image_processor_type":"Siglip2ImageProcessorFast","patch_size":16}""")]
    [InlineData("""{"image_processor_type":"TimmWrapperImageProcessor"}""")]
    public void WhatIsNotFollowedIsRefused(string config)
    {
        File.WriteAllText(_folder.File("processor_config.json"), $$"""{"image_processor":{{config}}}""");
        Assert.Equal(
            ErrorCode.UnsupportedModel,
            Assert.Throws<SimileException>(() => PreprocessorConfig.Read(ModelFolder.Open(_folder.Path), string.Empty)).Code
        );
    }

    public void Dispose() => _folder.Dispose();

    // A null stands for the usual value here, and for "no" there.
    private static bool HasNull(JsonElement one) => one.GetProperty("files").GetRawText().Contains("null", StringComparison.Ordinal);

    private static string? Difference(JsonElement one, int height, int width, ReadOnlySpan<float> values)
    {
        var result = one.GetProperty("result");
        var shape = result.GetProperty("shape").EnumerateArray().Select(size => size.GetInt32()).ToArray();
        if (shape[2] != height || shape[3] != width)
        {
            return $"{shape[3]} × {shape[2]} expected, {width} × {height}";
        }

        var step = Math.Max(1, values.Length / 8);
        var index = 0;
        foreach (var expected in result.GetProperty("values").EnumerateArray())
        {
            var (wanted, actual) = (expected.GetDouble(), values[index]);
            if (Math.Abs(wanted - actual) > Levels * Scale(one))
            {
                return $"value {index}: {wanted} expected, {actual}";
            }

            index += step;
        }

        return null;
    }

    // A level of a byte is worth as much as rescaling and dividing make of it.
    private static double Scale(JsonElement one)
    {
        var text = one.GetProperty("files").GetRawText();
        var rescaled =
            text.Contains("\"do_rescale\":false", StringComparison.Ordinal)
            || text.Contains("\"do_rescale\": false", StringComparison.Ordinal)
                ? 255
            : text.Contains("0.00784", StringComparison.Ordinal) ? 2
            : 1;
        return rescaled / 0.22;
    }

    private static RgbImage Picture()
    {
        var pixels = new byte[36 * 48 * 3];
        for (var i = 0; i < pixels.Length; i++)
        {
            var (y, x, c) = (i / 3 / 48, i / 3 % 48, i % 3);
            pixels[i] = (byte)((3 * x) + (5 * y) + (40 * c));
        }

        return new RgbImage(48, 36, pixels);
    }

    private void Write(JsonElement one)
    {
        foreach (var file in Directory.EnumerateFiles(_folder.Path).ToList())
        {
            File.Delete(file);
        }

        File.WriteAllText(
            _folder.File("config.json"),
            JsonSerializer.Serialize(new { model_type = one.GetProperty("model_type").GetString() })
        );
        foreach (var file in one.GetProperty("files").EnumerateObject())
        {
            File.WriteAllText(_folder.File(file.Name), file.Value.GetRawText());
        }
    }

    private static JsonElement ReadReference()
    {
        using var stream = new BrotliStream(
            File.OpenRead(RepositoryRoot.Find("tests", "Simile.Tests", "Reference", "image-processors.json.br")),
            CompressionMode.Decompress
        );
        return JsonDocument.Parse(stream).RootElement;
    }
}
