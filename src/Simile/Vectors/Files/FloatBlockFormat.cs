using System.Runtime.InteropServices;

namespace Simile.Vectors.Files;

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
