namespace Simile.Imaging.Decoding.WebP.Lossy;

/// <summary>A frame's planes, in whole macroblocks.</summary>
internal sealed class Frame(int columns, int rows)
{
    /// <summary>Macroblocks in a row.</summary>
    public int Columns => columns;

    /// <summary>Rows of macroblocks.</summary>
    public int Rows => rows;

    /// <summary>(16 rows, 16 columns) samples.</summary>
    public Plane Luma { get; } = new(16 * columns, 16 * rows);

    /// <summary>(8 rows, 8 columns) samples of U.</summary>
    public Plane Blue { get; } = new(8 * columns, 8 * rows);

    /// <summary>(8 rows, 8 columns) samples of V.</summary>
    public Plane Red { get; } = new(8 * columns, 8 * rows);

    /// <summary>What a frame takes.</summary>
    public static long Bytes(int columns, int rows) => Plane.Bytes(16 * columns, 16 * rows) + (2 * Plane.Bytes(8 * columns, 8 * rows));
}
