namespace Simile.Imaging.Decoding.Png;

/// <summary>Rows of stored pixels, inflated and with their filters undone.</summary>
internal sealed class UnfilteredRows(InflatedRows rows, PixelFormat format, int longest)
{
    private byte[] _row = new byte[1 + longest + RowFilters.Padding];
    private byte[] _above = new byte[1 + longest + RowFilters.Padding];

    /// <summary>Begins a picture, or a pass of an interlaced one: nothing stands above the next row.</summary>
    public void Begin() => Array.Clear(_above);

    /// <summary>The next row, valid until the one after it; false where the data end.</summary>
    public bool TryNext(int length, out ReadOnlySpan<byte> row)
    {
        row = default;
        if (!rows.TryRead(_row.AsSpan(0, 1 + length)))
        {
            return false;
        }
        RowFilters.Undo(_row[0], _row.AsSpan(1), _above.AsSpan(1), length, format.FilterDistance);
        row = _row.AsSpan(1, length);
        (_row, _above) = (_above, _row);
        return true;
    }
}
