using System.Text.Json;
using System.Text.Json.Serialization;

namespace Simile.Pipelines.Bulk;

/// <summary>What a file FILE.progress says.</summary>
/// <param name="Identity">What the vectors depend on beside the input.</param>
/// <param name="Position">How far the run came in the input.</param>
/// <param name="OutputBytes">How long the output was then.</param>
/// <param name="ErrorBytes">How long the list of errors was then.</param>
/// <param name="Completing">Whether all is done but putting the output into its place.</param>
internal sealed record BulkState(string Identity, BulkPosition Position, long OutputBytes, long ErrorBytes, bool Completing)
{
    /// <summary>Reads a file, or null when there is none.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.ResumeMismatch"/> when it cannot be understood.</exception>
    public static BulkState? Read(string path)
    {
        if (!File.Exists(path))
        {
            return null;
        }

        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(path), BulkJson.Default.BulkState)
                ?? throw new JsonException("it is empty");
        }
        catch (JsonException error)
        {
            throw new SimileException(
                ErrorCode.ResumeMismatch,
                $"{path} does not say how far an unfinished run came: it is damaged, or another program's ({error.Message}). Move it "
                    + "away, and the unfinished output beside it.",
                error
            );
        }
    }

    /// <summary>Writes a file, which is whole at every moment.</summary>
    public void Write(string path)
    {
        var unfinished = path + ".tmp";
        using (var stream = File.Create(unfinished))
        {
            JsonSerializer.Serialize(stream, this, BulkJson.Default.BulkState);
            stream.Flush(flushToDisk: true);
        }

        File.Move(unfinished, path, overwrite: true);
    }
}

/// <summary>How <see cref="BulkState"/> is written.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true
)]
[JsonSerializable(typeof(BulkState))]
internal sealed partial class BulkJson : JsonSerializerContext;
