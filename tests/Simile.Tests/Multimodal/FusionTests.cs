using System.Text.Json;
using Simile.Multimodal;
using Simile.Vectors;

namespace Simile.Tests.Multimodal;

/// <summary>Each fusion at its edges, and the gated one against PyTorch (tests/reference/alignment.py).</summary>
public sealed class FusionTests : IDisposable
{
    private static readonly EmbeddingSpace Shared = new("joint@1", 2, true, SimilarityMetric.Cosine);
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void TheCosineOfConcatenationsIsTheWeightedMeanOfCosines()
    {
        var fusion = new ConcatenationFusion(3, 1);
        var a = Fuse(fusion, [3, 4], [1, 0, 0], 5);
        var b = Fuse(fusion, [1, 0], [5, 5, 0], 5);
        Assert.Equal(((3 * 0.6) + Math.Sqrt(0.5)) / 4, Similarity.Dot(a, b), 1e-6);
        Assert.Equal(1, Similarity.Dot(a, a), 1e-6);
    }

    [Fact]
    public void AWeightOfZeroLeavesZerosInAConcatenation() =>
        Assert.Equal([1, 0, 0, 0], Fuse(new ConcatenationFusion(1, 0), [2, 0], [7, 8], 4));

    [Fact]
    public void ASumIsTheMeanDirection()
    {
        Assert.Equal([0.6f, 0.8f], Fuse(new WeightedSumFusion(3, 4), [5, 0], [0, 0.5f], 2), Near);
        Assert.Equal([0, 1], Fuse(new WeightedSumFusion(0, 1), [5, 0], [0, 2], 2));
    }

    [Theory]
    [InlineData(0.0, 1.0, 0.0)]
    [InlineData(0.5, 0.70710678, 0.70710678)]
    [InlineData(0.33333333, 0.8660254, 0.5)]
    [InlineData(1.0, 0.0, 1.0)]
    public void EqualStepsOnTheSphereAreEqualAngles(double share, float x, float y) =>
        Assert.Equal([x, y], Fuse(new SphericalFusion(share), [2, 0], [0, 3], 2), Near);

    [Fact]
    public void NearPartsAreInterpolatedAlongTheChord()
    {
        var fused = Fuse(new SphericalFusion(), [1, 0], [1, 1e-6f], 2);
        Assert.Equal(5e-7f, fused[1], 1e-12f);
        Assert.Equal([1, 0], Fuse(new SphericalFusion(), [1, 0], [1, 0], 2));
    }

    [Fact]
    public void OppositePartsHaveNoMiddle()
    {
        Assert.Equal(ErrorCode.FusionUndefined, CodeOf(new SphericalFusion(), [1, 0], [-1, 1e-7f]));
        Assert.Equal(ErrorCode.FusionUndefined, CodeOf(new WeightedSumFusion(), [1, 0], [-2, 0]));
        Assert.Equal([-1, 0], Fuse(new SphericalFusion(1), [1, 0], [-1, 0], 2));
        Assert.Equal([1, 0], Fuse(new WeightedSumFusion(2, 1), [1, 0], [-1, 0], 2), Near);
    }

    [Fact]
    public void AMissingPartIsMissingNotZero()
    {
        foreach (var fusion in (IFusion[])[new WeightedSumFusion(0, 1), new SphericalFusion(1)])
        {
            Assert.Equal([0.6f, 0.8f], Fuse(fusion, [3, 4], [], 2), Near);
            Assert.Equal([0, 1], Fuse(fusion, [], [0, 9], 2));
            Assert.Equal(ErrorCode.MissingPart, CodeOf(fusion, [], []));
        }

        Assert.Equal(ErrorCode.MissingPart, CodeOf(new ConcatenationFusion(), [1, 0], []));
        Assert.Equal(ErrorCode.MissingPart, CodeOf(new ConcatenationFusion(), [], [1, 0]));
        Assert.Equal(ErrorCode.InvalidVector, CodeOf(new WeightedSumFusion(), [0, 0], []));
    }

    [Fact]
    public void SpacesAreKeptApart()
    {
        var other = new EmbeddingSpace("other@1", 2, true, SimilarityMetric.Cosine);
        foreach (var fusion in (IFusion[])[new WeightedSumFusion(), new SphericalFusion()])
        {
            Assert.Equal(Shared, fusion.SpaceOf(Shared, Shared));
            Assert.Equal(ErrorCode.SpaceMismatch, Assert.Throws<SimileException>(() => fusion.SpaceOf(Shared, other)).Code);
        }

        var joined = new ConcatenationFusion().SpaceOf(Shared, other);
        Assert.Equal(4, joined.Dimensions);
        Assert.NotEqual(joined, new ConcatenationFusion().SpaceOf(other, Shared));
        Assert.NotEqual(joined, new ConcatenationFusion(2).SpaceOf(Shared, other));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(-1, 2)]
    [InlineData(double.NaN, 1)]
    [InlineData(1, double.PositiveInfinity)]
    public void SenselessWeightsAreRefused(double text, double image)
    {
        Assert.Equal(ErrorCode.InvalidOption, Assert.Throws<SimileException>(() => new WeightedSumFusion(text, image)).Code);
        Assert.Equal(ErrorCode.InvalidOption, Assert.Throws<SimileException>(() => new ConcatenationFusion(text, image)).Code);
        Assert.Equal(ErrorCode.InvalidOption, Assert.Throws<SimileException>(() => new SphericalFusion(text is 0 ? 1.5 : double.NaN)).Code);
    }

    [Fact]
    public void AGatedFusionIsThatOfPyTorch()
    {
        var entry = JsonDocument
            .Parse(File.ReadAllBytes(RepositoryRoot.Find("tests", "Simile.Training.Tests", "Alignment", "expected.json")))
            .RootElement.GetProperty("gated");
        var (textSpace, imageSpace, fused) = (
            new EmbeddingSpace("t", 4, true, SimilarityMetric.Cosine),
            new EmbeddingSpace("i", 7, true, SimilarityMetric.Cosine),
            new EmbeddingSpace("f", 5, true, SimilarityMetric.Cosine)
        );
        var layers = entry
            .GetProperty("layers")
            .EnumerateObject()
            .ToDictionary(
                layer => layer.Name,
                layer => new LinearMap(
                    Floats(layer.Value, "weight").Length / 5,
                    5,
                    Floats(layer.Value, "weight"),
                    Floats(layer.Value, "bias")
                )
            );
        LearnedFusion.Save(_folder.File(LearnedFusion.FileName), GatedFusion.Method, textSpace, imageSpace, fused, layers);
        var fusion = LearnedFusion.Load(_folder.Path);
        Assert.Equal(fused, fusion.SpaceOf(textSpace, imageSpace));
        Assert.Equal(ErrorCode.SpaceMismatch, Assert.Throws<SimileException>(() => fusion.SpaceOf(textSpace, textSpace)).Code);
        Assert.Equal(ErrorCode.MissingPart, CodeOf(fusion, [1, 0, 0, 0], []));
        var (texts, images, expected) = (Floats(entry, "texts"), Floats(entry, "images"), Floats(entry, "normalized"));
        for (var i = 0; i < 6; i++)
        {
            Assert.Equal(
                expected[(i * 5)..((i + 1) * 5)],
                Fuse(fusion, texts[(i * 4)..((i + 1) * 4)], images[(i * 7)..((i + 1) * 7)], 5),
                Near
            );
        }
    }

    [Fact]
    public void AProjectionIsAProductAndItsFileIsChecked()
    {
        var layer = new Dictionary<string, LinearMap>
        {
            ["projection"] = new(4, 2, new float[] { 1, 0, 0, 0, 0, 0, 0, 2 }, new float[] { 0, -1 }),
        };
        LearnedFusion.Save(_folder.File("p"), ProjectionFusion.Method, Shared, Shared, Shared, layer);
        Assert.Equal([0.6f, -0.8f], Fuse(LearnedFusion.Load(_folder.File("p")), [0.6f, 0.8f], [0.994987437f, 0.1f], 2), Near);
        LearnedFusion.Save(
            _folder.File("p"),
            ProjectionFusion.Method,
            Shared,
            Shared,
            new EmbeddingSpace("f", 3, true, SimilarityMetric.Cosine),
            layer
        );
        Assert.Equal(ErrorCode.BadCheckpoint, Assert.Throws<SimileException>(() => LearnedFusion.Load(_folder.File("p"))).Code);
        LearnedFusion.Save(_folder.File("p"), "magic", Shared, Shared, Shared, layer);
        Assert.Contains(
            "'magic'",
            Assert.Throws<SimileException>(() => LearnedFusion.Load(_folder.File("p"))).Message,
            StringComparison.Ordinal
        );
    }

    public void Dispose() => _folder.Dispose();

    private static float[] Floats(JsonElement entry, string name) =>
        [.. entry.GetProperty(name).EnumerateArray().Select(value => value.GetSingle())];

    private static bool Near(float a, float b) => MathF.Abs(a - b) < 3e-6f;

    private static float[] Fuse(IFusion fusion, float[] text, float[] image, int dimensions)
    {
        var fused = new float[dimensions];
        fusion.Fuse(text, image, fused);
        return fused;
    }

    private static string CodeOf(IFusion fusion, float[] text, float[] image) =>
        Assert
            .Throws<SimileException>(() =>
                Fuse(fusion, text, image, fusion is ConcatenationFusion ? text.Length + image.Length : Math.Max(text.Length, image.Length))
            )
            .Code;
}
