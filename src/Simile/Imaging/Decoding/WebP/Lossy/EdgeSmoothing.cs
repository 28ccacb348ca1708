using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Simile.Imaging.Decoding.WebP.Lossy;

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
