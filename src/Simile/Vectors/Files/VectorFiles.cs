using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Simile.Engine.Files;
using Simile.Engine.Tensors;

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

/// <summary>How vectors lie in one kind of file.</summary>
internal abstract class VectorFormat
{
    public abstract void Begin(Stream stream, int dimensions);

    /// <summary>Writes a row. One with NaN or infinity that claims to be sound becomes a failed one: in a file NaN means that there is no
    /// vector, and JSON has no word for either.</summary>
    /// <returns>The row that was written.</returns>
    public VectorRow Append(Stream stream, VectorRow row, long index, int dimensions)
    {
        var written =
            row.Error is not null || Finite.Holds(row.Vector.Span)
                ? row
                : new VectorRow(default, Finite.Error($"Row {index}", row.Vector.Span, "It is written as a failed row."));
        Write(stream, written, index, dimensions);
        return written;
    }

    public abstract void End(Stream stream, long count, int dimensions);

    public abstract VectorTable Read(FileStream stream);

    protected abstract void Write(Stream stream, VectorRow row, long index, int dimensions);
}

/// <summary>A row of numbers a line, without a header; the shortest decimals that give the same floats back.</summary>
internal sealed class CsvFormat : VectorFormat
{
    public override void Begin(Stream stream, int dimensions) { }

    protected override void Write(Stream stream, VectorRow row, long index, int dimensions)
    {
        var line = new StringBuilder();
        for (var d = 0; d < dimensions; d++)
        {
            line.Append(d == 0 ? string.Empty : ",")
                .Append(row.Error is null ? row.Vector.Span[d].ToString("R", CultureInfo.InvariantCulture) : "NaN");
        }

        stream.Write(Encoding.ASCII.GetBytes(line.Append('\n').ToString()));
    }

    public override void End(Stream stream, long count, int dimensions) { }

    public override VectorTable Read(FileStream stream)
    {
        var rows = new List<float[]?>();
        using var reader = new StreamReader(stream);
        while (reader.ReadLine() is { } line)
        {
            rows.Add([.. line.Split(',').Select(cell => float.Parse(cell, NumberStyles.Float, CultureInfo.InvariantCulture))]);
        }

        return JsonLinesFormat.Join(stream.Name, rows);
    }
}

/// <summary>A safetensors file with one tensor <c>embeddings</c> (N, D) of 32-bit floats.</summary>
internal sealed class SafetensorsFormat : FloatBlockFormat
{
    private const string TensorName = "embeddings";
    private const int HeaderBytes = 128;

    public override VectorTable Read(FileStream stream)
    {
        using var file = SafetensorsFile.Open(stream.Name);
        var tensor = file.Find(TensorName);
        return tensor.Shape.Length == 2
            ? new VectorTable(file.ReadFloats(TensorName), (int)tensor.Shape[1])
            : throw VectorFiles.Bad(
                stream.Name,
                $"its tensor '{TensorName}' has the shape {tensor.ShapeText}; wanted is (rows, dimensions)"
            );
    }

    protected override void WriteHeader(Stream stream, long count, int dimensions)
    {
        Span<byte> length = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(length, HeaderBytes);
        stream.Write(length);
        var json = new StringBuilder()
            .Append(
                CultureInfo.InvariantCulture,
                $"{{\"{TensorName}\":{{\"dtype\":\"F32\",\"shape\":[{count},{dimensions}],"
                    + $"\"data_offsets\":[0,{count * dimensions * sizeof(float)}]"
            )
            .Append("}}");
        stream.Write(Encoding.ASCII.GetBytes(json.ToString().PadRight(HeaderBytes)));
    }
}

/// <summary>A header of a fixed length, then all rows as 32-bit floats, little-endian; the header is written again when the number of rows
/// is known.</summary>
internal abstract class FloatBlockFormat : VectorFormat
{
    public override void Begin(Stream stream, int dimensions) => WriteHeader(stream, 0, dimensions);

    protected override void Write(Stream stream, VectorRow row, long index, int dimensions)
    {
        if (row.Error is null)
        {
            stream.Write(MemoryMarshal.AsBytes(row.Vector.Span));
            return;
        }

        var missing = new float[dimensions];
        Array.Fill(missing, float.NaN);
        stream.Write(MemoryMarshal.AsBytes(missing.AsSpan()));
    }

    public override void End(Stream stream, long count, int dimensions)
    {
        stream.Position = 0;
        WriteHeader(stream, count, dimensions);
    }

    protected abstract void WriteHeader(Stream stream, long count, int dimensions);
}
