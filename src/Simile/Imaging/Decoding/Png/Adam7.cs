namespace Simile.Imaging.Decoding.Png;

/// <summary>A pass of an interlaced picture: every so many columns and rows from a first one on (PNG, third edition, 8.1).</summary>
internal readonly record struct Adam7(int FirstX, int FirstY, int StepX, int StepY)
{
    public static readonly Adam7[] Passes =
    [
        new(0, 0, 8, 8),
        new(4, 0, 8, 8),
        new(0, 4, 4, 8),
        new(2, 0, 4, 4),
        new(0, 2, 2, 4),
        new(1, 0, 2, 2),
        new(0, 1, 1, 2),
    ];

    /// <summary>Columns of the pass.</summary>
    public int Columns(long width) => (int)((width - FirstX + StepX - 1) / StepX);

    /// <summary>Rows of the pass; none where it has no columns.</summary>
    public int Rows(long width, long height) => Columns(width) == 0 ? 0 : (int)((height - FirstY + StepY - 1) / StepY);

    /// <summary>Puts a row's pixels where they belong.</summary>
    public void Scatter(ReadOnlySpan<byte> pixels, Span<byte> row)
    {
        for (int from = 0, to = FirstX * 3; from < pixels.Length; from += 3, to += StepX * 3)
        {
            pixels.Slice(from, 3).CopyTo(row[to..]);
        }
    }
}
