using System.Runtime.InteropServices;

namespace Simile.Vectors.Files;

/// <summary>How vectors lie in one kind of file.</summary>
internal abstract class VectorFormat
{
    public abstract void Begin(Stream stream, int dimensions);

    public abstract void Append(Stream stream, VectorRow row, long index, int dimensions);

    public abstract void End(Stream stream, long count, int dimensions);

    public abstract VectorTable Read(FileStream stream);

    /// <summary>Writes a row as 32-bit floats, little-endian; NaN where there is no vector.</summary>
    protected static void WriteFloats(Stream stream, VectorRow row, int dimensions)
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
}
