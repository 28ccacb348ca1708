using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Simile.Imaging.Decoding.Png;

/// <summary>The filters that look left, for pixels of three and four bytes: a pixel at a time, all its bytes at once.</summary>
/// <remarks>
/// Each step stores four bytes. With three to a pixel the fourth falls on the next pixel's first byte, which has been loaded before;
/// behind the last pixel it falls into the padding.
/// </remarks>
internal static class PixelFilters
{
    public static void Sub(Span<byte> row, int length, int distance)
    {
        ref byte target = ref MemoryMarshal.GetReference(row[..(length + RowFilters.Padding)]);
        Vector128<byte> left = default;
        Vector128<byte> next = Load(ref target, 0);
        for (int i = 0; i < length; i += distance)
        {
            left += next;
            next = Load(ref target, i + distance);
            Store(left, ref target, i);
        }
    }

    public static void Average(Span<byte> row, ReadOnlySpan<byte> above, int length, int distance)
    {
        ref byte target = ref MemoryMarshal.GetReference(row[..(length + RowFilters.Padding)]);
        ref byte upper = ref MemoryMarshal.GetReference(above[..(length + RowFilters.Padding)]);
        Vector128<byte> left = default;
        Vector128<byte> next = Load(ref target, 0);
        for (int i = 0; i < length; i += distance)
        {
            Vector128<byte> top = Load(ref upper, i);
            // The mean without its ninth bit: what both have, and half of what only one has.
            left = next + (left & top) + ((left ^ top) >>> 1);
            next = Load(ref target, i + distance);
            Store(left, ref target, i);
        }
    }

    public static void Paeth(Span<byte> row, ReadOnlySpan<byte> above, int length, int distance)
    {
        ref byte target = ref MemoryMarshal.GetReference(row[..(length + RowFilters.Padding)]);
        ref byte upper = ref MemoryMarshal.GetReference(above[..(length + RowFilters.Padding)]);
        Vector128<short> left = default;
        Vector128<short> corner = default;
        Vector128<short> next = Widen(ref target, 0);
        for (int i = 0; i < length; i += distance)
        {
            Vector128<short> top = Widen(ref upper, i);
            left = (next + Nearest(left, top, corner)) & Vector128.Create((short)255);
            corner = top;
            next = Widen(ref target, i + distance);
            Store(Vector128.Narrow(left.AsUInt16(), left.AsUInt16()), ref target, i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<short> Nearest(Vector128<short> left, Vector128<short> top, Vector128<short> corner)
    {
        Vector128<short> fromLeft = top - corner;
        Vector128<short> fromTop = left - corner;
        Vector128<short> toLeft = Vector128.Abs(fromLeft);
        Vector128<short> toTop = Vector128.Abs(fromTop);
        Vector128<short> least = Vector128.Min(Vector128.Min(toLeft, toTop), Vector128.Abs(fromLeft + fromTop));
        Vector128<short> topOrCorner = Vector128.ConditionalSelect(Vector128.Equals(least, toTop), top, corner);
        return Vector128.ConditionalSelect(Vector128.Equals(least, toLeft), left, topOrCorner);
    }

    private static Vector128<byte> Load(ref byte bytes, int at) =>
        Vector128.CreateScalarUnsafe(Unsafe.ReadUnaligned<uint>(ref Unsafe.Add(ref bytes, at))).AsByte();

    private static Vector128<short> Widen(ref byte bytes, int at) => Vector128.WidenLower(Load(ref bytes, at)).AsInt16();

    private static void Store(Vector128<byte> pixel, ref byte bytes, int at) =>
        Unsafe.WriteUnaligned(ref Unsafe.Add(ref bytes, at), pixel.AsUInt32().ToScalar());
}
