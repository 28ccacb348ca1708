using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Simile.Imaging.Decoding.WebP.Lossless;

/// <summary>Adds parts of green to red, and parts of green and red to blue (WebP lossless, 4.2).</summary>
/// <param name="blocks">Multipliers of each block: green to red, green to blue, red to blue, from the lowest byte up.</param>
/// <param name="bits">A block's columns, as a power of two.</param>
/// <param name="width">Columns.</param>
internal sealed class CrossColour(uint[] blocks, int bits, int width) : IRowTransform
{
    /// <inheritdoc/>
    public void Undo(int y, Span<uint> row)
    {
        var inRow = blocks.AsSpan((y >> bits) * Blocks.Count(width, bits), Blocks.Count(width, bits));
        for (var block = 0; block < inRow.Length; block++)
        {
            var from = block << bits;
            UndoBlock(inRow[block], row[from..Math.Min(width, from + (1 << bits))]);
        }
    }

    private static void UndoBlock(uint multipliers, Span<uint> pixels)
    {
        var (greenToRed, greenToBlue, redToBlue) = (
            (int)(sbyte)multipliers,
            (int)(sbyte)(multipliers >> 8),
            (int)(sbyte)(multipliers >> 16)
        );
        var vectors = MemoryMarshal.Cast<uint, Vector256<int>>(pixels);
        for (var i = 0; i < vectors.Length; i++)
        {
            var pixel = vectors[i];
            var green = (pixel << 16) >> 24;
            var red = ((pixel >> 16) + ((green * Vector256.Create(greenToRed)) >> 5)) & Vector256.Create(0xff);
            var signedRed = (red << 24) >> 24;
            var blue =
                (pixel + ((green * Vector256.Create(greenToBlue)) >> 5) + ((signedRed * Vector256.Create(redToBlue)) >> 5))
                & Vector256.Create(0xff);
            vectors[i] = (pixel & Vector256.Create(unchecked((int)0xff00ff00))) | (red << 16) | blue;
        }

        for (var x = vectors.Length * Vector256<int>.Count; x < pixels.Length; x++)
        {
            var pixel = pixels[x];
            var green = (int)(sbyte)(pixel >> 8);
            var red = (byte)((pixel >> 16) + (uint)((green * greenToRed) >> 5));
            var blue = (byte)(pixel + (uint)((green * greenToBlue) >> 5) + (uint)(((sbyte)red * redToBlue) >> 5));
            pixels[x] = (pixel & 0xff00ff00) | ((uint)red << 16) | blue;
        }
    }
}
