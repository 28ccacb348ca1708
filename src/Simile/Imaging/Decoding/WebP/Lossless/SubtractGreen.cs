using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Simile.Imaging.Decoding.WebP.Lossless;

/// <summary>Adds green to red and blue (WebP lossless, 4.3).</summary>
internal sealed class SubtractGreen : IRowTransform
{
    private const uint RedAndBlue = 0x00ff00ff;

    /// <inheritdoc/>
    public void Undo(int y, Span<uint> row)
    {
        var vectors = MemoryMarshal.Cast<uint, Vector256<uint>>(row);
        for (var i = 0; i < vectors.Length; i++)
        {
            var green = Vector256.ShiftRightLogical(vectors[i], 8) & Vector256.Create(0xffu);
            vectors[i] = (vectors[i].AsByte() + (green | Vector256.ShiftLeft(green, 16)).AsByte()).AsUInt32();
        }

        for (var x = vectors.Length * Vector256<uint>.Count; x < row.Length; x++)
        {
            var green = (row[x] >> 8) & 0xff;
            row[x] = (row[x] & ~RedAndBlue) | (((row[x] & RedAndBlue) + (green | (green << 16))) & RedAndBlue);
        }
    }
}
