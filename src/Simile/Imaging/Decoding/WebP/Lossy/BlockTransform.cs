using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Simile.Imaging.Decoding.WebP.Lossy;

/// <summary>Undoes the cosine transform of 4 × 4 blocks and adds the result to what was foretold (RFC 6386, 14.4). Sums are of 16 bits, as
/// libwebp's.</summary>
internal static class BlockTransform
{
    /// <summary>Adds a block.</summary>
    /// <param name="coefficients">(4, 4) coefficients.</param>
    /// <param name="samples">Samples; <paramref name="at"/> is the block's first.</param>
    /// <param name="at">Where the block begins.</param>
    /// <param name="stride">From a row to the next.</param>
    public static void Add(ReadOnlySpan<short> coefficients, byte[] samples, int at, int stride)
    {
        Span<Vector128<short>> rows = stackalloc Vector128<short>[4];
        for (var y = 0; y < 4; y++)
        {
            rows[y] = Vector128.CreateScalarUnsafe(MemoryMarshal.Read<long>(MemoryMarshal.AsBytes(coefficients.Slice(4 * y, 4)))).AsInt16();
        }

        Undo(rows);
        for (var y = 0; y < 4; y++, at += stride)
        {
            ref var target = ref samples[at];
            var foretold = Vector128.WidenLower(Vector128.CreateScalarUnsafe(Unsafe.ReadUnaligned<uint>(ref target)).AsByte()).AsInt16();
            Unsafe.WriteUnaligned(ref target, Lanes.Clip(foretold + rows[y]).AsUInt32().ToScalar());
        }
    }

    /// <summary>Adds two blocks that lie side by side.</summary>
    public static void AddTwo(ReadOnlySpan<short> coefficients, byte[] samples, int at, int stride)
    {
        Span<Vector128<short>> rows = stackalloc Vector128<short>[4];
        for (var y = 0; y < 4; y++)
        {
            var left = MemoryMarshal.Read<long>(MemoryMarshal.AsBytes(coefficients.Slice(4 * y, 4)));
            var right = MemoryMarshal.Read<long>(MemoryMarshal.AsBytes(coefficients.Slice(16 + (4 * y), 4)));
            rows[y] = Vector128.Create(left, right).AsInt16();
        }

        Undo(rows);
        for (var y = 0; y < 4; y++, at += stride)
        {
            ref var target = ref samples[at];
            var foretold = Vector128.WidenLower(Vector128.CreateScalarUnsafe(Unsafe.ReadUnaligned<ulong>(ref target)).AsByte()).AsInt16();
            Unsafe.WriteUnaligned(ref target, Lanes.Clip(foretold + rows[y]).AsUInt64().ToScalar());
        }
    }

    // Columns first, then rows; both on vectors of one row of two blocks.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Undo(Span<Vector128<short>> rows)
    {
        Pass(rows);
        Transpose(rows);
        rows[0] += Vector128.Create((short)4);
        Pass(rows);
        for (var i = 0; i < 4; i++)
        {
            rows[i] >>= 3;
        }

        Transpose(rows);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Pass(Span<Vector128<short>> rows)
    {
        var (a, b) = (rows[0] + rows[2], rows[0] - rows[2]);
        var c = BySine(rows[1]) - ByCosine(rows[3]);
        var d = ByCosine(rows[1]) + BySine(rows[3]);
        (rows[0], rows[1], rows[2], rows[3]) = (a + d, b + c, b - c, a - d);
    }

    // sqrt(2) cos(pi/8) and sqrt(2) sin(pi/8) in 16 bits, which a signed product of 16 bits reaches in two steps.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<short> ByCosine(Vector128<short> values) => values + Lanes.MultiplyHigh(values, 20091);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<short> BySine(Vector128<short> values) => values + Lanes.MultiplyHigh(values, 35468 - 65536);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Transpose(Span<Vector128<short>> rows)
    {
        var (a, b) = (Lanes.ZipLow(rows[0], rows[1]), Lanes.ZipLow(rows[2], rows[3]));
        var (c, d) = (Lanes.ZipHigh(rows[0], rows[1]), Lanes.ZipHigh(rows[2], rows[3]));
        var (left, right) = (Lanes.ZipLow(a, b), Lanes.ZipLow(c, d));
        rows[0] = Vector128.Create(left.GetLower(), right.GetLower()).AsInt16();
        rows[1] = Vector128.Create(left.GetUpper(), right.GetUpper()).AsInt16();
        (left, right) = (Lanes.ZipHigh(a, b), Lanes.ZipHigh(c, d));
        rows[2] = Vector128.Create(left.GetLower(), right.GetLower()).AsInt16();
        rows[3] = Vector128.Create(left.GetUpper(), right.GetUpper()).AsInt16();
    }
}

/// <summary>The Walsh-Hadamard transform of the 16 luma blocks' first coefficients (RFC 6386, 14.3).</summary>
internal static class SecondTransform
{
    /// <summary>Undoes the transform.</summary>
    /// <param name="second">(4, 4) coefficients.</param>
    /// <param name="blocks">(16, 16) coefficients of luma blocks, whose first are written.</param>
    public static void Undo(ReadOnlySpan<short> second, Span<short> blocks)
    {
        Span<int> columns = stackalloc int[16];
        for (var i = 0; i < 4; i++)
        {
            var (a, b) = (second[i] + second[12 + i], second[4 + i] + second[8 + i]);
            var (c, d) = (second[4 + i] - second[8 + i], second[i] - second[12 + i]);
            (columns[i], columns[4 + i], columns[8 + i], columns[12 + i]) = (a + b, c + d, a - b, d - c);
        }

        for (var i = 0; i < 4; i++)
        {
            var row = columns.Slice(4 * i, 4);
            var rounded = row[0] + 3;
            var (a, b) = (rounded + row[3], row[1] + row[2]);
            var (c, d) = (row[1] - row[2], rounded - row[3]);
            var target = blocks[(64 * i)..];
            (target[0], target[16], target[32], target[48]) = (
                (short)((a + b) >> 3),
                (short)((c + d) >> 3),
                (short)((a - b) >> 3),
                (short)((d - c) >> 3)
            );
        }
    }
}
