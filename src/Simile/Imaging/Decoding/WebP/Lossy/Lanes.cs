using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Simile.Imaging.Decoding.WebP.Lossy;

/// <summary>Steps on vectors that .NET has no portable name for; the processor's own where it is known.</summary>
internal static class Lanes
{
    /// <summary>The upper 16 bits of products.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<short> MultiplyHigh(Vector128<short> values, short factor)
    {
        if (Sse2.IsSupported)
        {
            return Sse2.MultiplyHigh(values, Vector128.Create(factor));
        }

        var (low, high) = Vector128.Widen(values);
        return Vector128.Narrow((low * factor) >> 16, (high * factor) >> 16);
    }

    /// <summary>The upper 16 bits of products.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ushort> MultiplyHigh(Vector256<ushort> values, ushort factor)
    {
        if (Avx2.IsSupported)
        {
            return Avx2.MultiplyHigh(values, Vector256.Create(factor));
        }

        var (low, high) = Vector256.Widen(values);
        return Vector256.Narrow((low * factor) >>> 16, (high * factor) >>> 16);
    }

    /// <summary>Values cut to 0 and 255, twice over.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Clip(Vector128<short> values)
    {
        if (Sse2.IsSupported)
        {
            return Sse2.PackUnsignedSaturate(values, values);
        }

        var clipped = Vector128.Min(Vector128.Max(values, Vector128<short>.Zero), Vector128.Create((short)255)).AsUInt16();
        return Vector128.Narrow(clipped, clipped);
    }

    /// <summary>The lower halves, alternating.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> ZipLow(Vector128<byte> a, Vector128<byte> b) =>
        Sse2.IsSupported ? Sse2.UnpackLow(a, b) : (Vector128.WidenLower(a) | (Vector128.WidenLower(b) << 8)).AsByte();

    /// <summary>The upper halves, alternating.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> ZipHigh(Vector128<byte> a, Vector128<byte> b) =>
        Sse2.IsSupported ? Sse2.UnpackHigh(a, b) : (Vector128.WidenUpper(a) | (Vector128.WidenUpper(b) << 8)).AsByte();

    /// <summary>The lower halves, alternating.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> ZipLow(Vector128<short> a, Vector128<short> b) =>
        (
            Sse2.IsSupported
                ? Sse2.UnpackLow(a, b).AsInt32()
                : (Vector128.WidenLower(a.AsUInt16()) | (Vector128.WidenLower(b.AsUInt16()) << 16)).AsInt32()
        );

    /// <summary>The upper halves, alternating.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> ZipHigh(Vector128<short> a, Vector128<short> b) =>
        (
            Sse2.IsSupported
                ? Sse2.UnpackHigh(a, b).AsInt32()
                : (Vector128.WidenUpper(a.AsUInt16()) | (Vector128.WidenUpper(b.AsUInt16()) << 16)).AsInt32()
        );

    /// <summary>The lower halves, alternating.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<long> ZipLow(Vector128<int> a, Vector128<int> b) =>
        Sse2.IsSupported
            ? Sse2.UnpackLow(a, b).AsInt64()
            : (Vector128.WidenLower(a.AsUInt32()) | (Vector128.WidenLower(b.AsUInt32()) << 32)).AsInt64();

    /// <summary>The upper halves, alternating.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<long> ZipHigh(Vector128<int> a, Vector128<int> b) =>
        Sse2.IsSupported
            ? Sse2.UnpackHigh(a, b).AsInt64()
            : (Vector128.WidenUpper(a.AsUInt32()) | (Vector128.WidenUpper(b.AsUInt32()) << 32)).AsInt64();
}
