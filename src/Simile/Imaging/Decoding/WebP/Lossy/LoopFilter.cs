using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Simile.Imaging.Decoding.WebP.Lossy;

/// <summary>Smooths the edges of macroblocks and of their subblocks, left before upper, outer before inner (RFC 6386, 15).</summary>
internal sealed class LoopFilter(Frame frame, bool isSimple)
{
    /// <summary>Smooths a macroblock.</summary>
    public void Run(int column, int row, Smoothing smoothing, bool hasInnerEdges)
    {
        if (smoothing.Limit == 0)
        {
            return;
        }

        if (isSimple)
        {
            RunSimple(column, row, smoothing.Limit, hasInnerEdges);
        }
        else
        {
            RunNormal(column, row, smoothing, hasInnerEdges);
        }
    }

    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void RunSimple(int column, int row, int limit, bool hasInnerEdges)
    {
        Span<Vector128<byte>> taps = stackalloc Vector128<byte>[EdgeSmoothing.Taps];
        var (samples, stride, at) = (frame.Luma.Data, frame.Luma.Stride, frame.Luma.At(16 * column, 16 * row));
        for (var x = column > 0 ? 0 : 4; x < (hasInnerEdges ? 16 : 4); x += 4)
        {
            EdgeTaps.LoadColumns(samples, at + x, samples, at + x + (8 * stride), stride, taps);
            EdgeSmoothing.Simple(taps, x == 0 ? limit + 4 : limit);
            EdgeTaps.StoreColumns(samples, at + x, samples, at + x + (8 * stride), stride, taps);
        }

        for (var y = row > 0 ? 0 : 4; y < (hasInnerEdges ? 16 : 4); y += 4)
        {
            EdgeTaps.LoadRows(samples, at + (y * stride), stride, taps);
            EdgeSmoothing.Simple(taps, y == 0 ? limit + 4 : limit);
            EdgeTaps.StoreRows(samples, at + (y * stride), stride, taps);
        }
    }

    private void RunNormal(int column, int row, Smoothing smoothing, bool hasInnerEdges)
    {
        var (luma, chroma) = (frame.Luma.At(16 * column, 16 * row), frame.Blue.At(8 * column, 8 * row));
        if (column > 0)
        {
            LumaColumn(luma, smoothing, isOuter: true);
            ChromaColumn(chroma, smoothing, isOuter: true);
        }

        if (hasInnerEdges)
        {
            LumaColumn(luma + 4, smoothing, isOuter: false);
            LumaColumn(luma + 8, smoothing, isOuter: false);
            LumaColumn(luma + 12, smoothing, isOuter: false);
            ChromaColumn(chroma + 4, smoothing, isOuter: false);
        }

        if (row > 0)
        {
            LumaRow(luma, smoothing, isOuter: true);
            ChromaRow(chroma, smoothing, isOuter: true);
        }

        if (hasInnerEdges)
        {
            LumaRow(luma + (4 * frame.Luma.Stride), smoothing, isOuter: false);
            LumaRow(luma + (8 * frame.Luma.Stride), smoothing, isOuter: false);
            LumaRow(luma + (12 * frame.Luma.Stride), smoothing, isOuter: false);
            ChromaRow(chroma + (4 * frame.Blue.Stride), smoothing, isOuter: false);
        }
    }

    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void LumaColumn(int at, Smoothing smoothing, bool isOuter)
    {
        Span<Vector128<byte>> taps = stackalloc Vector128<byte>[EdgeSmoothing.Taps];
        var (samples, stride) = (frame.Luma.Data, frame.Luma.Stride);
        EdgeTaps.LoadColumns(samples, at, samples, at + (8 * stride), stride, taps);
        Smooth(taps, smoothing, isOuter);
        EdgeTaps.StoreColumns(samples, at, samples, at + (8 * stride), stride, taps);
    }

    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void LumaRow(int at, Smoothing smoothing, bool isOuter)
    {
        Span<Vector128<byte>> taps = stackalloc Vector128<byte>[EdgeSmoothing.Taps];
        EdgeTaps.LoadRows(frame.Luma.Data, at, frame.Luma.Stride, taps);
        Smooth(taps, smoothing, isOuter);
        EdgeTaps.StoreRows(frame.Luma.Data, at, frame.Luma.Stride, taps);
    }

    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void ChromaColumn(int at, Smoothing smoothing, bool isOuter)
    {
        Span<Vector128<byte>> taps = stackalloc Vector128<byte>[EdgeSmoothing.Taps];
        EdgeTaps.LoadColumns(frame.Blue.Data, at, frame.Red.Data, at, frame.Blue.Stride, taps);
        Smooth(taps, smoothing, isOuter);
        EdgeTaps.StoreColumns(frame.Blue.Data, at, frame.Red.Data, at, frame.Blue.Stride, taps);
    }

    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void ChromaRow(int at, Smoothing smoothing, bool isOuter)
    {
        Span<Vector128<byte>> taps = stackalloc Vector128<byte>[EdgeSmoothing.Taps];
        EdgeTaps.LoadRows(frame.Blue.Data, frame.Red.Data, at, frame.Blue.Stride, taps);
        Smooth(taps, smoothing, isOuter);
        EdgeTaps.StoreRows(frame.Blue.Data, frame.Red.Data, at, frame.Blue.Stride, taps);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Smooth(Span<Vector128<byte>> taps, Smoothing smoothing, bool isOuter)
    {
        if (isOuter)
        {
            EdgeSmoothing.Outer(taps, smoothing.Limit + 4, smoothing.Interior, smoothing.HighVariance);
        }
        else
        {
            EdgeSmoothing.Inner(taps, smoothing.Limit, smoothing.Interior, smoothing.HighVariance);
        }
    }
}

/// <summary>Smooths 16 places along an edge at once (RFC 6386, 15).</summary>
/// <remarks>Taps are the samples across the edge: four before it, four behind it, each a vector along the edge.</remarks>
internal static class EdgeSmoothing
{
    /// <summary>Taps around an edge.</summary>
    public const int Taps = 8;

    /// <summary>The simple filter.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Simple(Span<Vector128<byte>> taps, int limit)
    {
        var mask = IsSmallStep(taps, limit);
        var step = Step(taps, OuterStep(taps)) & mask.AsSByte();
        Move(taps, step);
    }

    /// <summary>The normal filter on edges of macroblocks.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Outer(Span<Vector128<byte>> taps, int limit, int interior, int highVariance)
    {
        var mask = (IsSmallStep(taps, limit) & IsEven(taps, interior)).AsSByte();
        var uneven = IsUneven(taps, highVariance).AsSByte();
        var step = Step(taps, OuterStep(taps)) & mask;
        Move(taps, step & uneven);
        var (low, high) = Vector128.Widen(step & ~uneven);
        for (var i = 0; i < 3; i++)
        {
            var weight = Vector128.Create((short)(27 - (9 * i)));
            var rounding = Vector128.Create((short)63);
            var part = Vector128.Narrow(((low * weight) + rounding) >> 7, ((high * weight) + rounding) >> 7);
            taps[3 - i] = Signed(Vector128.AddSaturate(Signed(taps[3 - i]), part));
            taps[4 + i] = Signed(Vector128.SubtractSaturate(Signed(taps[4 + i]), part));
        }
    }

    /// <summary>The normal filter on edges within macroblocks.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Inner(Span<Vector128<byte>> taps, int limit, int interior, int highVariance)
    {
        var mask = (IsSmallStep(taps, limit) & IsEven(taps, interior)).AsSByte();
        var uneven = IsUneven(taps, highVariance).AsSByte();
        var step = Step(taps, OuterStep(taps) & uneven) & mask;
        var half = ((Move(taps, step) + Vector128<sbyte>.One) >> 1) & ~uneven;
        taps[2] = Signed(Vector128.AddSaturate(Signed(taps[2]), half));
        taps[5] = Signed(Vector128.SubtractSaturate(Signed(taps[5]), half));
    }

    // Samples less 128, and back.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<sbyte> Signed(Vector128<byte> values) => (values ^ Vector128.Create((byte)0x80)).AsSByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Signed(Vector128<sbyte> values) => values.AsByte() ^ Vector128.Create((byte)0x80);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Difference(Vector128<byte> a, Vector128<byte> b) =>
        Vector128.SubtractSaturate(a, b) | Vector128.SubtractSaturate(b, a);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> AtMost(Vector128<byte> values, int limit) =>
        Vector128.Equals(Vector128.SubtractSaturate(values, Vector128.Create((byte)limit)), Vector128<byte>.Zero);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> IsSmallStep(Span<Vector128<byte>> taps, int limit)
    {
        var near = Difference(taps[3], taps[4]);
        var far = Vector128.ShiftRightLogical((Difference(taps[2], taps[5]) & Vector128.Create((byte)0xfe)).AsUInt16(), 1).AsByte();
        return AtMost(Vector128.AddSaturate(Vector128.AddSaturate(near, near), far), limit);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> IsEven(Span<Vector128<byte>> taps, int interior)
    {
        var before = Vector128.Max(Vector128.Max(Difference(taps[0], taps[1]), Difference(taps[1], taps[2])), Difference(taps[2], taps[3]));
        var behind = Vector128.Max(Vector128.Max(Difference(taps[7], taps[6]), Difference(taps[6], taps[5])), Difference(taps[5], taps[4]));
        return AtMost(Vector128.Max(before, behind), interior);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> IsUneven(Span<Vector128<byte>> taps, int highVariance) =>
        ~AtMost(Vector128.Max(Difference(taps[2], taps[3]), Difference(taps[5], taps[4])), highVariance);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<sbyte> OuterStep(Span<Vector128<byte>> taps) => Vector128.SubtractSaturate(Signed(taps[2]), Signed(taps[5]));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<sbyte> Step(Span<Vector128<byte>> taps, Vector128<sbyte> outer)
    {
        var inner = Vector128.SubtractSaturate(Signed(taps[4]), Signed(taps[3]));
        return Vector128.AddSaturate(Vector128.AddSaturate(Vector128.AddSaturate(outer, inner), inner), inner);
    }

    // Moves the two samples at the edge by an eighth of the step, and says how far the one behind it went.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<sbyte> Move(Span<Vector128<byte>> taps, Vector128<sbyte> step)
    {
        var behind = Vector128.AddSaturate(step, Vector128.Create((sbyte)4)) >> 3;
        var before = Vector128.AddSaturate(step, Vector128.Create((sbyte)3)) >> 3;
        taps[4] = Signed(Vector128.SubtractSaturate(Signed(taps[4]), behind));
        taps[3] = Signed(Vector128.AddSaturate(Signed(taps[3]), before));
        return behind;
    }
}
