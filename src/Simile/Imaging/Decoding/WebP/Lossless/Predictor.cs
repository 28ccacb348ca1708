namespace Simile.Imaging.Decoding.WebP.Lossless;

/// <summary>Adds to each pixel what its neighbours foretell (WebP lossless, 4.1).</summary>
/// <param name="blocks">How each block is foretold, in green.</param>
/// <param name="bits">A block's columns, as a power of two.</param>
/// <param name="width">Columns.</param>
internal sealed class Predictor(uint[] blocks, int bits, int width) : IRowTransform
{
    private const uint Black = 0xff000000;

    // One pixel more than the row above: right of it lies the first pixel of the row itself.
    private readonly uint[] _above = new uint[width + 1];

    /// <inheritdoc/>
    public void Undo(int y, Span<uint> row)
    {
        if (y == 0)
        {
            row[0] = Pixels.Add(row[0], Black);
            PredictorModes.Left(row[..width], 1);
        }
        else
        {
            row[0] = Pixels.Add(row[0], _above[0]);
            _above[width] = row[0];
            UndoBlocks(y, row[..width]);
        }

        row[..width].CopyTo(_above);
    }

    private void UndoBlocks(int y, Span<uint> row)
    {
        var inRow = blocks.AsSpan((y >> bits) * Blocks.Count(width, bits), Blocks.Count(width, bits));
        for (var block = 0; block < inRow.Length; block++)
        {
            var end = Math.Min(width, (block + 1) << bits);
            PredictorModes.Undo((int)(inRow[block] >> 8) & 15, row[..end], _above, Math.Max(1, block << bits));
        }
    }
}
