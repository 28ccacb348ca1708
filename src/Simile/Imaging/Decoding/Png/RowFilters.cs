using System.Numerics;

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
