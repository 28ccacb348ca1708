using System.Text.Json;
using Simile.Engine.Files;
using Simile.Vectors;

namespace Simile.Models;

/// <summary>Texts and the vectors a model was published with (golden.json).</summary>
/// <param name="Texts">The texts.</param>
/// <param name="Vectors">A vector each, (D).</param>
/// <param name="Tolerance">The largest difference that a value may have.</param>
internal sealed record GoldenFile(IReadOnlyList<string> Texts, IReadOnlyList<float[]> Vectors, float Tolerance)
{
    /// <summary>The file's name inside a model folder.</summary>
    public const string FileName = "golden.json";

    /// <summary>Reads the file of a model.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.VerificationFailed"/> when there is none or it is damaged.</exception>
    public static GoldenFile Load(ModelFolder folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        var path = folder.File(FileName);
        try
        {
            using var document = JsonDocument.Parse(RegularFile.ReadAllBytes(path));
            var root = document.RootElement;
            return new GoldenFile(
                [.. root.GetProperty("texts").EnumerateArray().Select(text => text.GetString()!)],
                [
                    .. root.GetProperty("vectors")
                        .EnumerateArray()
                        .Select(vector => vector.EnumerateArray().Select(value => value.GetSingle()).ToArray()),
                ],
                root.GetProperty("tolerance").GetSingle()
            );
        }
        catch (Exception error)
            when (error is IOException or JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new SimileException(
                ErrorCode.VerificationFailed,
                $"The model has no golden vectors to be checked against at {path}: {error.Message}",
                error
            );
        }
    }

    /// <summary>Writes the file into a model folder.</summary>
    public void Save(string folder)
    {
        using var stream = File.Create(Path.Combine(folder, FileName));
        using var json = new Utf8JsonWriter(stream);
        json.WriteStartObject();
        json.WriteNumber("tolerance", Tolerance);
        json.WriteStartArray("texts");
        foreach (var text in Texts)
        {
            json.WriteStringValue(text);
        }

        json.WriteEndArray();
        json.WriteStartArray("vectors");
        foreach (var vector in Vectors)
        {
            json.WriteStartArray();
            foreach (var value in vector)
            {
                json.WriteNumberValue(value);
            }

            json.WriteEndArray();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }
}

/// <summary>What a check of a model found.</summary>
/// <param name="HasGolden">Whether the model came with vectors to compare with; without them it was only checked against itself.</param>
/// <param name="LargestDifference">The largest difference of any value.</param>
internal sealed record ModelVerification(bool HasGolden, float LargestDifference)
{
    /// <summary>The result in words.</summary>
    public string Summary =>
        HasGolden
            ? $"as published (largest difference {LargestDifference:G3})"
            : "loads and agrees with itself; it came without golden vectors to be compared with";

    /// <summary>Compares vectors with those expected.</summary>
    /// <param name="folder">The model.</param>
    /// <param name="batch">Its vectors.</param>
    /// <param name="expected">The vectors expected.</param>
    /// <param name="tolerance">The largest difference allowed; 0 where the expected ones are the model's own of a moment before.</param>
    /// <exception cref="SimileException"><see cref="ErrorCode.VerificationFailed"/> when a difference is above the tolerance.</exception>
    internal static ModelVerification Of(ModelFolder folder, EmbeddingBatch batch, IReadOnlyList<float[]> expected, float tolerance)
    {
        var largest = 0f;
        for (var i = 0; i < expected.Count; i++)
        {
            largest = Math.Max(largest, LargestOf(batch[i], expected[i]));
        }

        return largest <= tolerance
            ? new ModelVerification(tolerance > 0, largest)
            : throw new SimileException(
                ErrorCode.VerificationFailed,
                $"{folder.Name} gives vectors that differ from "
                    + $"{(tolerance > 0 ? "its golden ones" : "those it gave a moment before")} by {largest:G3}, but {tolerance:G3} is "
                    + "allowed. Fetch the model again."
            );
    }

    /// <summary>Two checks of one model in one: both halves must have golden vectors for the whole to have them.</summary>
    public ModelVerification And(ModelVerification other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return new ModelVerification(HasGolden && other.HasGolden, Math.Max(LargestDifference, other.LargestDifference));
    }

    private static float LargestOf(ReadOnlySpan<float> actual, float[] expected)
    {
        if (actual.Length != expected.Length)
        {
            return float.PositiveInfinity;
        }

        var largest = 0f;
        for (var d = 0; d < expected.Length; d++)
        {
            var difference = MathF.Abs(actual[d] - expected[d]);
            largest = float.IsNaN(difference) ? float.PositiveInfinity : Math.Max(largest, difference);
        }

        return largest;
    }
}
