namespace Simile.Imaging.Decoding.WebP.Lossy;

/// <summary>The Walsh-Hadamard transform of the 16 luma blocks' first coefficients (RFC 6386, 14.3).</summary>
internal static class SecondTransform
{
    /// <summary>Undoes the transform.</summary>
    /// <param name="second">(4, 4) coefficients.</param>
    /// <param name="blocks">(16, 16) coefficients of luma blocks, whose first are written.</param>
    public static void Undo(ReadOnlySpan<short> second, Span<short> blocks)
    {
        Span<int> columns = stackalloc int[16];
        for (var i = 0; i < 4; i++)
        {
            var (a, b) = (second[i] + second[12 + i], second[4 + i] + second[8 + i]);
            var (c, d) = (second[4 + i] - second[8 + i], second[i] - second[12 + i]);
            (columns[i], columns[4 + i], columns[8 + i], columns[12 + i]) = (a + b, c + d, a - b, d - c);
        }

        for (var i = 0; i < 4; i++)
        {
            var row = columns.Slice(4 * i, 4);
            var rounded = row[0] + 3;
            var (a, b) = (rounded + row[3], row[1] + row[2]);
            var (c, d) = (row[1] - row[2], rounded - row[3]);
            var target = blocks[(64 * i)..];
            (target[0], target[16], target[32], target[48]) = (
                (short)((a + b) >> 3),
                (short)((c + d) >> 3),
                (short)((a - b) >> 3),
                (short)((d - c) >> 3)
            );
        }
    }
}
