using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Simile.Imaging.Decoding.Png;

/// <summary>Undoes the filters (PNG, third edition, 9.2). Rows carry <see cref="Padding"/> bytes behind their end, which may be
/// overwritten.</summary>
internal static class RowFilters
{
    /// <summary>How many bytes behind a row's end may be read and written.</summary>
    public const int Padding = 16;

    /// <summary>Undoes a row's filter in place.</summary>
    /// <param name="filter">0 to 4.</param>
    /// <param name="row">The row, with padding.</param>
    /// <param name="above">The row above, unfiltered, with padding; zeros above the first.</param>
    /// <param name="length">Bytes of the row.</param>
    /// <param name="distance">Bytes from a pixel to the one on its left.</param>
    public static void Undo(int filter, Span<byte> row, ReadOnlySpan<byte> above, int length, int distance)
    {
        switch (filter)
        {
            case 0:
                break;
            case 1 when distance is 3 or 4:
                PixelFilters.Sub(row, length, distance);
                break;
            case 1:
                Sub(row[..length], distance);
                break;
            case 2:
                Up(row[..length], above[..length]);
                break;
            case 3 when distance is 3 or 4:
                PixelFilters.Average(row, above, length, distance);
                break;
            case 3:
                Average(row[..length], above[..length], distance);
                break;
            case 4 when distance is 3 or 4:
                PixelFilters.Paeth(row, above, length, distance);
                break;
            case 4:
                Paeth(row[..length], above[..length], distance);
                break;
            default:
                throw ImageErrors.Damaged($"a row has the filter {filter}; there are 0 to 4");
        }
    }

    private static void Sub(Span<byte> row, int distance)
    {
        for (int i = distance; i < row.Length; i++)
        {
            row[i] += row[i - distance];
        }
    }

    private static void Up(Span<byte> row, ReadOnlySpan<byte> above)
    {
        int i = 0;
        for (; i <= row.Length - Vector<byte>.Count; i += Vector<byte>.Count)
        {
            (new Vector<byte>(row[i..]) + new Vector<byte>(above[i..])).CopyTo(row[i..]);
        }
        for (; i < row.Length; i++)
        {
            row[i] += above[i];
        }
    }

    private static void Average(Span<byte> row, ReadOnlySpan<byte> above, int distance)
    {
        for (int i = 0; i < row.Length; i++)
        {
            int left = i < distance ? 0 : row[i - distance];
            row[i] += (byte)((left + above[i]) >> 1);
        }
    }

    private static void Paeth(Span<byte> row, ReadOnlySpan<byte> above, int distance)
    {
        for (int i = 0; i < row.Length; i++)
        {
            row[i] += i < distance ? above[i] : Nearest(row[i - distance], above[i], above[i - distance]);
        }
    }

    private static byte Nearest(int left, int above, int corner)
    {
        int toLeft = Math.Abs(above - corner);
        int toAbove = Math.Abs(left - corner);
        int toCorner = Math.Abs(left + above - corner - corner);
        return (byte)(
            toLeft <= toAbove && toLeft <= toCorner ? left
            : toAbove <= toCorner ? above
            : corner
        );
    }
}

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
