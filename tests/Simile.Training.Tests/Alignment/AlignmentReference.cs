using System.Text.Json;
using Simile.Training.Alignment;
using Simile.Training.Static;
using Simile.Vectors;

namespace Simile.Training.Tests.Alignment;

/// <summary>What tests/reference/alignment.py wrote, and vectors in its form.</summary>
internal static class AlignmentReference
{
    public static JsonElement Load(string part) =>
        JsonDocument
            .Parse(File.ReadAllBytes(RepositoryRoot.Find("tests", "Simile.Training.Tests", "Alignment", "expected.json")))
            .RootElement.GetProperty(part);

    public static float[] Floats(this JsonElement entry, string name) =>
        [.. entry.GetProperty(name).EnumerateArray().Select(value => value.GetSingle())];

    public static double[] Doubles(this JsonElement entry, string name) =>
        [.. entry.GetProperty(name).EnumerateArray().Select(value => value.GetDouble())];

    public static int Int(this JsonElement entry, string name) => entry.GetProperty(name).GetInt32();

    public static PinnedMatrix Matrix(float[] values, int columns)
    {
        var matrix = new PinnedMatrix(values.Length / columns, columns);
        values.CopyTo(matrix.All);
        return matrix;
    }

    public static PairedVectors Pairs(float[] texts, int textDimensions, float[] images, int imageDimensions, int[]? pictureOf = null) =>
        new(
            new EmbeddingSpace("texts@1", textDimensions, false, SimilarityMetric.Cosine),
            new EmbeddingSpace("images@1", imageDimensions, false, SimilarityMetric.Cosine),
            texts,
            images,
            pictureOf ?? [.. Enumerable.Range(0, texts.Length / textDimensions)],
            []
        );

    public static void Close(IReadOnlyList<double> expected, IReadOnlyList<double> actual, double tolerance)
    {
        Assert.Equal(expected.Count, actual.Count);
        var largest = expected.Max(Math.Abs);
        Assert.All(expected.Zip(actual), pair => Assert.InRange(pair.Second - pair.First, -tolerance * largest, tolerance * largest));
    }

    public static double[] Widened(ReadOnlySpan<float> values) => Array.ConvertAll(values.ToArray(), value => (double)value);
}
