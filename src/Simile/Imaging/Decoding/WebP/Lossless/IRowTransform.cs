using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Simile.Imaging.Decoding.WebP.Lossless;

/// <summary>One of the four transforms of a VP8L picture (WebP lossless, 4), undone row after row.</summary>
internal interface IRowTransform
{
    /// <summary>Undoes the transform.</summary>
    /// <param name="y">The row's number; rows come in order.</param>
    /// <param name="row">(W) pixels as ARGB, changed in place. Packed pixels come first in it.</param>
    void Undo(int y, Span<uint> row);
}

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

/// <summary>Takes colours from a table; up to eight indices are packed into a pixel's green (WebP lossless, 4.4).</summary>
internal sealed class ColourIndexing : IRowTransform
{
    private readonly uint[] _table = new uint[256];
    private readonly int _packing;
    private readonly int _width;

    /// <summary>Takes the coded table, each colour as the difference to the one before.</summary>
    public ColourIndexing(ReadOnlySpan<uint> differences, int width)
    {
        _packing = differences.Length switch
        {
            <= 2 => 3,
            <= 4 => 2,
            <= 16 => 1,
            _ => 0,
        };
        _width = width;
        uint colour = 0;
        for (var i = 0; i < differences.Length; i++)
        {
            colour = Pixels.Add(colour, differences[i]);
            _table[i] = colour;
        }
    }

    /// <summary>Columns of the packed picture.</summary>
    public int PackedWidth => Blocks.Count(_width, _packing);

    /// <inheritdoc/>
    public void Undo(int y, Span<uint> row)
    {
        var table = _table;
        var (bits, inPixel) = (8 >> _packing, (1 << _packing) - 1);
        var mask = (1u << bits) - 1;
        // From the right, so that a packed pixel is read before its place is written.
        for (var x = _width - 1; x >= 0; x--)
        {
            var index = (row[x >> _packing] >> (8 + ((x & inPixel) * bits))) & mask;
            row[x] = table[(byte)index];
        }
    }
}
