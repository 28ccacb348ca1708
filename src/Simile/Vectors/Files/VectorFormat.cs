namespace Simile.Vectors.Files;

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
