using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Simile.Imaging.Decoding.WebP.Lossy;

/// <summary>Gathers the samples across an edge into vectors along it, and puts them back.</summary>
internal static class EdgeTaps
{
    /// <summary>Half as many as an edge has taps.</summary>
    public const int Reach = 4;

    /// <summary>Around the upper edge of 16 columns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void LoadRows(byte[] samples, int at, int stride, Span<Vector128<byte>> taps)
    {
        for (var i = 0; i < taps.Length; i++)
        {
            taps[i] = Vector128.LoadUnsafe(ref samples[at + ((i - Reach) * stride)]);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreRows(byte[] samples, int at, int stride, Span<Vector128<byte>> taps)
    {
        for (var i = 1; i < taps.Length - 1; i++)
        {
            taps[i].StoreUnsafe(ref samples[at + ((i - Reach) * stride)]);
        }
    }

    /// <summary>Around the upper edges of 8 columns of two planes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void LoadRows(byte[] first, byte[] second, int at, int stride, Span<Vector128<byte>> taps)
    {
        for (var i = 0; i < taps.Length; i++)
        {
            var place = at + ((i - Reach) * stride);
            taps[i] = Vector128.Create(Read(first, place), Read(second, place)).AsByte();
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreRows(byte[] first, byte[] second, int at, int stride, Span<Vector128<byte>> taps)
    {
        for (var i = 1; i < taps.Length - 1; i++)
        {
            var place = at + ((i - Reach) * stride);
            Unsafe.WriteUnaligned(ref first[place], taps[i].AsUInt64().ToScalar());
            Unsafe.WriteUnaligned(ref second[place], taps[i].AsUInt64().GetElement(1));
        }
    }

    /// <summary>Around the left edges of 8 rows and 8 other rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void LoadColumns(byte[] first, int firstAt, byte[] second, int secondAt, int stride, Span<Vector128<byte>> taps)
    {
        for (var i = 0; i < taps.Length; i++)
        {
            var upper = Vector128.CreateScalarUnsafe(Read(first, firstAt - Reach + (i * stride))).AsByte();
            var lower = Vector128.CreateScalarUnsafe(Read(second, secondAt - Reach + (i * stride))).AsByte();
            taps[i] = Lanes.ZipLow(upper, lower);
        }

        // Each round brings one bit of a row's number into the place within a vector, and one of a column's out of it.
        Zip(taps);
        Zip(taps);
        Zip(taps);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreColumns(byte[] first, int firstAt, byte[] second, int secondAt, int stride, Span<Vector128<byte>> taps)
    {
        Zip(taps);
        Zip(taps);
        Zip(taps);
        for (var i = 0; i < Reach; i++)
        {
            Unsafe.WriteUnaligned(ref first[firstAt - Reach + (2 * i * stride)], taps[i].AsUInt64().ToScalar());
            Unsafe.WriteUnaligned(ref first[firstAt - Reach + (((2 * i) + 1) * stride)], taps[i].AsUInt64().GetElement(1));
            Unsafe.WriteUnaligned(ref second[secondAt - Reach + (2 * i * stride)], taps[Reach + i].AsUInt64().ToScalar());
            Unsafe.WriteUnaligned(ref second[secondAt - Reach + (((2 * i) + 1) * stride)], taps[Reach + i].AsUInt64().GetElement(1));
        }
    }

    private static ulong Read(byte[] samples, int at) => Unsafe.ReadUnaligned<ulong>(ref samples[at]);

    // Vector i meets vector i + 4; their lower halves become vector 2i, their upper ones 2i + 1.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Zip(Span<Vector128<byte>> v)
    {
        var (a, b, c, d) = (v[0], v[1], v[2], v[3]);
        var (e, f, g, h) = (v[4], v[5], v[6], v[7]);
        (v[0], v[1], v[2], v[3]) = (Lanes.ZipLow(a, e), Lanes.ZipHigh(a, e), Lanes.ZipLow(b, f), Lanes.ZipHigh(b, f));
        (v[4], v[5], v[6], v[7]) = (Lanes.ZipLow(c, g), Lanes.ZipHigh(c, g), Lanes.ZipLow(d, h), Lanes.ZipHigh(d, h));
    }
}

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
