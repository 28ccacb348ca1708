using Simile.Engine.Products;
using Simile.Text;
using Simile.Tokenization;
using Simile.Vectors;

namespace Simile.Tests.Text;

/// <summary>The text towers of CLIP and SigLIP against PyTorch, from text to vector, on every instruction set (tests/reference/clip.py,
/// siglip.py).</summary>
public class ClipReferenceTests
{
    private const float FloatTolerance = 1e-5f;

    public static TheoryData<string> Names => ["legacy", "module", "text-only", "siglip"];

    public static TheoryData<string, InstructionLevel> NamesAndLevels
    {
        get
        {
            var data = new TheoryData<string, InstructionLevel>();
            foreach (var name in Names)
            {
                foreach (var level in Enum.GetValues<InstructionLevel>())
                {
                    data.Add(name, level);
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task TokensAreThoseOfHuggingFace(string name)
    {
        await using var embedder = await TextEmbedder.LoadAsync(ClipCase.Folder(name));
        foreach (var text in ClipCase.Read(name).Texts)
        {
            var tokens = new TokenBuffer();
            Assert.Equal(text.Seen, embedder.Inspect(text.Text, tokens));
            Assert.Equal(text.Ids, tokens.Ids.ToArray());
        }
    }

    [Theory]
    [MemberData(nameof(NamesAndLevels))]
    public async Task FloatsAreThoseOfPyTorch(string name, InstructionLevel level)
    {
        var texts = ClipCase.Read(name).Texts;
        await using var embedder = await OpenAsync(name, ComputePrecision.Float32, level);
        var sentences = Array.ConvertAll(texts, text => text.Text);
        var (unit, raw) = (
            await embedder.EmbedAsync(sentences),
            await embedder.EmbedAsync(sentences, new EmbedOptions { Normalize = false })
        );
        for (var i = 0; i < texts.Length; i++)
        {
            var expected = texts[i].Vector;
            var length = MathF.Sqrt(expected.Sum(value => value * value));
            Assert.Equal(expected.Length, unit[i].Length);
            Assert.InRange(Similarity.Cosine(expected, unit[i]), 0.999999f, 1.000001f);
            for (var d = 0; d < expected.Length; d++)
            {
                Assert.True(
                    MathF.Abs((expected[d] / length) - unit[i][d]) < FloatTolerance,
                    $"{name} text {i} value {d}: {unit[i][d]:R} instead of {expected[d] / length:R}"
                );
                Assert.True(
                    MathF.Abs(expected[d] - raw[i][d]) < FloatTolerance * length,
                    $"{name} text {i} value {d}: {raw[i][d]:R} instead of {expected[d]:R}"
                );
            }
        }
    }

    [Theory]
    [MemberData(nameof(NamesAndLevels))]
    public async Task SixteenAndEightBitsComeClose(string name, InstructionLevel level)
    {
        foreach (var (precision, least) in new[] { (ComputePrecision.BFloat16, 0.9995f), (ComputePrecision.Int8, 0.99f) })
        {
            var texts = ClipCase.Read(name).Texts;
            await using var embedder = await OpenAsync(name, precision, level);
            var batch = await embedder.EmbedAsync(Array.ConvertAll(texts, text => text.Text));
            for (var i = 0; i < texts.Length; i++)
            {
                Assert.True(
                    Similarity.Cosine(texts[i].Vector, batch[i]) > least,
                    $"{name} text {i}: {precision} gives a cosine of {Similarity.Cosine(texts[i].Vector, batch[i])}"
                );
            }
        }
    }

    [Fact]
    public async Task NothingBehindTheEndMatters()
    {
        await using var embedder = await TextEmbedder.LoadAsync(ClipCase.Folder("legacy"));
        var batch = await embedder.EmbedAsync(["red car", "red car<|endoftext|>never read", "red car<|endoftext|>"]);
        Assert.Equal(batch[0].ToArray(), batch[1].ToArray());
        Assert.Equal(batch[0].ToArray(), batch[2].ToArray());
    }

    private static Task<TextEmbedder> OpenAsync(string name, ComputePrecision precision, InstructionLevel level) =>
        TextEmbedder.LoadAsync(
            ClipCase.Folder(name),
            new TextEmbedderOptions
            {
                Precision = precision,
                Instructions = level,
                Threads = 2,
            }
        );
}
