using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

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
