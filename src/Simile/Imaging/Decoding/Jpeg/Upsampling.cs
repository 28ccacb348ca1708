using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Simile.Imaging.Decoding.Jpeg;

/// <summary>Brings rows of samples to the picture's size as libjpeg does: a triangle filter for factors of 2, repetition for all
/// others.</summary>
/// <remarks>Rows come with their margins and ends repeated; results are written in whole vectors, so targets have room for
/// <see cref="Room"/>.</remarks>
internal static class Upsampling
{
    private const int Step = 16;

    /// <summary>The bytes that a widened row of so many samples takes.</summary>
    public static int Room(int samples) => (2 * samples) + (2 * Step);

    /// <summary>Twice the columns: 3/4 of the nearer sample, 1/4 of the other; halves are rounded down and up in turn.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Widen(ReadOnlySpan<byte> row, int samples, Span<byte> target)
    {
        for (int i = 0; i < samples; i += Step)
        {
            Vector256<ushort> here = Load(row, i) * Vector256.Create((ushort)3);
            Vector256<ushort> left = (here + Load(row, i - 1) + Vector256<ushort>.One) >> 2;
            Vector256<ushort> right = (here + Load(row, i + 1) + Vector256.Create((ushort)2)) >> 2;
            Store(left, right, target, i);
        }
    }

    /// <summary>Twice the rows: 3/4 of the nearer row, 1/4 of the other.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Between(ReadOnlySpan<byte> near, ReadOnlySpan<byte> far, bool farIsAbove, int samples, Span<byte> target)
    {
        Vector256<ushort> bias = Vector256.Create((ushort)(farIsAbove ? 1 : 2));
        for (int i = 0; i < samples; i += Step)
        {
            Vector256<ushort> mean = (Column(near, far, i) + bias) >> 2;
            Vector128.Narrow(mean.GetLower(), mean.GetUpper()).CopyTo(target[i..]);
        }
    }

    /// <summary>Twice the rows and columns: 9, 3, 3 and 1 sixteenths.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void WidenBetween(ReadOnlySpan<byte> near, ReadOnlySpan<byte> far, int samples, Span<byte> target)
    {
        for (int i = 0; i < samples; i += Step)
        {
            Vector256<ushort> here = Column(near, far, i) * Vector256.Create((ushort)3);
            Vector256<ushort> left = (here + Column(near, far, i - 1) + Vector256.Create((ushort)8)) >> 4;
            Vector256<ushort> right = (here + Column(near, far, i + 1) + Vector256.Create((ushort)7)) >> 4;
            Store(left, right, target, i);
        }
    }

    /// <summary>Each sample so many times.</summary>
    public static void Repeat(ReadOnlySpan<byte> row, int times, Span<byte> target)
    {
        row = row[SamplePlane.Margin..];
        for (int x = 0; x < target.Length; x++)
        {
            target[x] = row[x / times];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ushort> Column(ReadOnlySpan<byte> near, ReadOnlySpan<byte> far, int i) =>
        (Load(near, i) * Vector256.Create((ushort)3)) + Load(far, i);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ushort> Load(ReadOnlySpan<byte> row, int i) =>
        Vector256.WidenLower(Vector128.Create(row.Slice(SamplePlane.Margin + i, Step)).ToVector256Unsafe());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(Vector256<ushort> left, Vector256<ushort> right, Span<byte> target, int i) =>
        (left | (right << 8)).AsByte().CopyTo(target.Slice(2 * i, 2 * Step));
}
