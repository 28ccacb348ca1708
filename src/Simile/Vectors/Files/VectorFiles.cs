using Simile.Engine.Files;

namespace Simile.Vectors.Files;

/// <summary>Vectors to and from files, by the file's ending: <c>.npy</c> (numpy), <c>.jsonl</c>, <c>.csv</c>, <c>.safetensors</c> (tensor
/// <c>embeddings</c>).</summary>
/// <remarks>Rows keep their places: one without a vector is NaN in .npy, .csv and .safetensors, and an object with an error in .jsonl; a
/// vector that holds NaN or infinity is such a row. A half-written file never stands in the place of a whole one.</remarks>
public static class VectorFiles
{
    /// <summary>Writes rows as they come; memory does not grow with their number.</summary>
    /// <param name="path">The file.</param>
    /// <param name="dimensions">Values a row (D).</param>
    /// <param name="rows">The rows.</param>
    /// <param name="cancellationToken">Stops the writing; nothing stays behind.</param>
    /// <returns>Rows written.</returns>
    /// <exception cref="SimileException"><see cref="ErrorCode.BadVectorFile"/> for another ending.</exception>
    public static async Task<long> WriteAsync(
        string path,
        int dimensions,
        IAsyncEnumerable<VectorRow> rows,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentOutOfRangeException.ThrowIfLessThan(dimensions, 1);
        var format = FormatOf(path);
        var unfinished = $"{path}.{Guid.NewGuid():N}.tmp";
        try
        {
            var count = 0L;
            var stream = new FileStream(unfinished, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 1 << 16);
            await using (stream.ConfigureAwait(false))
            {
                format.Begin(stream, dimensions);
                await foreach (var row in rows.WithCancellation(cancellationToken).ConfigureAwait(false))
                {
                    RequireLength(row, dimensions, count);
                    format.Append(stream, row, count++, dimensions);
                }

                format.End(stream, count, dimensions);
            }

            File.Move(unfinished, path, overwrite: true);
            return count;
        }
        finally
        {
            File.Delete(unfinished);
        }
    }

    /// <summary>Reads a file whole.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.BadVectorFile"/>, <see cref="ErrorCode.PathNotFound"/>.</exception>
    public static VectorTable Read(string path)
    {
        var format = FormatOf(path);
        if (!RegularFile.Exists(path))
        {
            throw new SimileException(ErrorCode.PathNotFound, $"There is no file {path}.");
        }

        try
        {
            using var stream = RegularFile.Open(path);
            return format.Read(stream);
        }
        catch (Exception error) when (error is not SimileException and not IOException and not UnauthorizedAccessException)
        {
            throw Bad(path, error.Message, error);
        }
        catch (EndOfStreamException error)
        {
            throw Bad(path, "it ends too early", error);
        }
    }

    internal static SimileException Bad(string path, string what, Exception? inner = null) =>
        new(ErrorCode.BadVectorFile, $"{path} is no vector file that can be read: {what}.", inner);

    internal static VectorFormat FormatOf(string path) =>
        Path.GetExtension(path).ToLowerInvariant() switch
        {
            ".npy" => new NpyFormat(),
            ".jsonl" => new JsonLinesFormat(),
            ".csv" => new CsvFormat(),
            ".safetensors" => new SafetensorsFormat(),
            var other => throw new SimileException(
                ErrorCode.BadVectorFile,
                $"{path} ends in '{other}'. Vectors can be kept as .npy, .jsonl, .csv or .safetensors."
            ),
        };

    private static void RequireLength(VectorRow row, int dimensions, long index)
    {
        if (row.Error is null && row.Vector.Length != dimensions)
        {
            throw new SimileException(
                ErrorCode.SpaceMismatch,
                $"Row {index} has {row.Vector.Length} values, but the file holds vectors of {dimensions}."
            );
        }
    }
}
