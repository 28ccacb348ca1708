using System.Text.Json;
using Simile.Engine.Files;

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
