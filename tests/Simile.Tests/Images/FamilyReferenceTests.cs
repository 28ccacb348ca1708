using System.Text.Json;
using Simile.Engine.Products;
using Simile.Inference;

namespace Simile.Tests.Images;

/// <summary>Vision families of today from picture files to vectors, on every instruction set, against PyTorch over Pillow's pixels
/// (tests/reference/vision_families.py), and against the real transformers (families.py), whose pixels differ by a step here and there;
/// SigLIP 2's texts too.</summary>
public class FamilyReferenceTests
{
    private const float Tolerance = 2e-5f;
    private const float ToleranceOfOtherPixels = 1e-3f;

    public static MatrixTheoryData<string, InstructionLevel> Models =>
        new(["vision/dinov2", "vision/dinov2-swiglu", "joint/siglip2"], Enum.GetValues<InstructionLevel>());

    [Theory]
    [MemberData(nameof(Models))]
    public async Task PicturesAreThoseOfTheReference(string name, InstructionLevel level)
    {
        using var expected = Expected(name);
        await using var embedder = await ImageEmbedder.LoadAsync(
            Folder(name),
            new ImageEmbedderOptions { Instructions = level, Threads = 2 },
            Token
        );
        var pictures = expected
            .RootElement.GetProperty("pictures")
            .EnumerateArray()
            .Select(entry => ImageInput.FromFile(RepositoryRoot.Find("samples", "pictures", entry.GetString()!)))
            .ToList();
        var batch = await embedder.EmbedAsync(pictures, null, Token);
        AssertSame(expected.RootElement.GetProperty("pillow_vectors"), batch, Tolerance);
        AssertSame(
            expected.RootElement.GetProperty(name == "joint/siglip2" ? "picture_vectors" : "vectors"),
            batch,
            ToleranceOfOtherPixels
        );
    }

    [Theory]
    [InlineData(InstructionLevel.Assembled)]
    [InlineData(InstructionLevel.Vector128)]
    public async Task TextsOfSiglip2AreThoseOfTheReference(InstructionLevel level)
    {
        using var expected = Expected("joint/siglip2");
        await using var embedder = await TextEmbedder.LoadAsync(
            Folder("joint/siglip2"),
            new TextEmbedderOptions { Instructions = level, Threads = 2 },
            Token
        );
        string[] texts = [.. expected.RootElement.GetProperty("texts").EnumerateArray().Select(entry => entry.GetString()!)];
        AssertSame(expected.RootElement.GetProperty("vectors"), await embedder.EmbedAsync(texts, null, Token), Tolerance);
    }

    [Fact]
    public void PositionsAreStretchedAsPyTorchStretchesThem()
    {
        using var file = JsonDocument.Parse(File.ReadAllBytes(RepositoryRoot.Find("tests", "Simile.Tests", "Reference", "positions.json")));
        foreach (var entry in file.RootElement.GetProperty("cases").EnumerateArray())
        {
            var (side, wanted, hidden) = (
                entry.GetProperty("side").GetInt32(),
                entry.GetProperty("wanted").GetInt32(),
                entry.GetProperty("hidden").GetInt32()
            );
            float[] classRow = [.. Enumerable.Range(0, hidden).Select(value => (float)value)];
            var stretched = PositionGrid.Stretch([.. classRow, .. Floats(entry.GetProperty("positions"))], hidden, side, wanted);
            var expected = Floats(entry.GetProperty("expected"));
            Assert.Equal(classRow, stretched[..hidden]);
            Assert.Equal(expected.Length, stretched.Length - hidden);
            Assert.All(expected.Zip(stretched.Skip(hidden)), pair => Assert.Equal(pair.First, pair.Second, 1e-5f));
        }
    }

    [Theory]
    [InlineData("10")]
    [InlineData("4096")]
    public async Task PreprocessingThatNoSquareOfPatchesFitsIsRefused(string pixels)
    {
        using var folder = await WithSizeAsync(pixels, "4096");
        var error = await Assert.ThrowsAsync<SimileException>(() => ImageEmbedder.LoadAsync(folder.Path, null, Token));
        Assert.Equal(ErrorCode.UnsupportedModel, error.Code);
        Assert.Contains(pixels, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task PositionsFollowThePreprocessing()
    {
        using var folder = await WithSizeAsync("84", "90");
        await using var larger = await ImageEmbedder.LoadAsync(folder.Path, null, Token);
        await using var trained = await ImageEmbedder.LoadAsync(Folder("vision/dinov2"), null, Token);
        ImageInput[] pictures = [ImageInput.FromFile(RepositoryRoot.Find("samples", "pictures", "sailboat.jpg"))];
        var (enlarged, usual) = (
            (await larger.EmbedAsync(pictures, null, Token))[0].ToArray(),
            (await trained.EmbedAsync(pictures, null, Token))[0].ToArray()
        );
        var cosine = Similarity.Cosine(enlarged, usual);
        Assert.InRange(cosine, 0.5f, 0.9999f);
    }

    private static async Task<TemporaryFolder> WithSizeAsync(string pixels, string edge)
    {
        var folder = new TemporaryFolder();
        foreach (var path in Directory.GetFiles(Folder("vision/dinov2")))
        {
            File.Copy(path, folder.File(Path.GetFileName(path)));
        }

        var sizes = await File.ReadAllTextAsync(folder.File("preprocessor_config.json"), Token);
        await File.WriteAllTextAsync(
            folder.File("preprocessor_config.json"),
            sizes.Replace("56", pixels, StringComparison.Ordinal).Replace("64", edge, StringComparison.Ordinal),
            Token
        );
        return folder;
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static string Folder(string name) => RepositoryRoot.Find("tests", "Simile.Tests", "Reference", name);

    private static JsonDocument Expected(string name) => JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Folder(name), "expected.json")));

    private static float[] Floats(JsonElement values) => [.. values.EnumerateArray().Select(value => value.GetSingle())];

    private static void AssertSame(JsonElement expected, EmbeddingBatch batch, float tolerance)
    {
        for (var row = 0; row < batch.Count; row++)
        {
            var wanted = Floats(expected[row]);
            var norm = MathF.Sqrt(wanted.Sum(value => value * value));
            var scale = batch.Space.UnitLength ? 1 : norm;
            for (var d = 0; d < wanted.Length; d++)
            {
                Assert.Equal(wanted[d] / norm, batch[row][d] / scale, tolerance);
            }
        }
    }
}
