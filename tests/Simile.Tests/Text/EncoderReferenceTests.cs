using System.Text.Json;
using Simile.Engine.Products;
using Simile.Text;
using Simile.Vectors;

namespace Simile.Tests.Text;

/// <summary>Every architecture against PyTorch, from text to vector, on every instruction set (tests/reference/encoders.py).</summary>
public class EncoderReferenceTests
{
    private const float FloatTolerance = 1e-5f;

    public static TheoryData<string, InstructionLevel> ModelsAndLevels
    {
        get
        {
            var data = new TheoryData<string, InstructionLevel>();
            foreach (var folder in Directory.GetDirectories(RepositoryRoot.Find("tests", "Simile.Tests", "Reference", "encoders")))
            {
                foreach (var level in Enum.GetValues<InstructionLevel>())
                {
                    data.Add(Path.GetFileName(folder), level);
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(ModelsAndLevels))]
    public async Task FloatsAreThoseOfPyTorch(string name, InstructionLevel level)
    {
        var (texts, expected) = Read(name);
        var batch = await EmbedAsync(name, texts, ComputePrecision.Float32, level);
        for (var i = 0; i < texts.Length; i++)
        {
            for (var d = 0; d < expected[i].Length; d++)
            {
                Assert.True(
                    MathF.Abs(expected[i][d] - batch[i][d]) < FloatTolerance,
                    $"{name} text {i} value {d}: {batch[i][d]:R} instead of {expected[i][d]:R}"
                );
            }
        }
    }

    [Theory]
    [MemberData(nameof(ModelsAndLevels))]
    public async Task SixteenAndEightBitsComeClose(string name, InstructionLevel level)
    {
        var (texts, expected) = Read(name);
        var half = await EmbedAsync(name, texts, ComputePrecision.BFloat16, level);
        var quarter = await EmbedAsync(name, texts, ComputePrecision.Int8, level);
        for (var i = 0; i < texts.Length; i++)
        {
            Assert.True(
                Similarity.Cosine(expected[i], half[i]) > 0.9995f,
                $"{name} text {i}: bfloat16 gives a cosine of {Similarity.Cosine(expected[i], half[i])}"
            );
            Assert.True(
                Similarity.Cosine(expected[i], quarter[i]) > 0.99f,
                $"{name} text {i}: int8 gives a cosine of {Similarity.Cosine(expected[i], quarter[i])}"
            );
        }
    }

    private static async Task<EmbeddingBatch> EmbedAsync(string name, string[] texts, ComputePrecision precision, InstructionLevel level)
    {
        await using var embedder = await TextEmbedder.LoadAsync(
            Folder(name),
            new TextEmbedderOptions
            {
                Precision = precision,
                Instructions = level,
                Threads = 2,
            }
        );
        return await embedder.EmbedAsync(texts);
    }

    private static string Folder(string name) => RepositoryRoot.Find("tests", "Simile.Tests", "Reference", "encoders", name);

    private static (string[] Texts, float[][] Vectors) Read(string name)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Folder(name), "expected.json")));
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
