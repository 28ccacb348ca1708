namespace Simile.Imaging.Decoding.WebP.Lossless;

/// <summary>Takes colours from a table; up to eight indices are packed into a pixel's green (WebP lossless, 4.4).</summary>
internal sealed class ColourIndexing : IRowTransform
{
    private readonly uint[] _table = new uint[256];
    private readonly int _packing;
    private readonly int _width;

    /// <summary>Takes the coded table, each colour as the difference to the one before.</summary>
    public ColourIndexing(ReadOnlySpan<uint> differences, int width)
    {
        _packing = differences.Length switch
        {
            <= 2 => 3,
            <= 4 => 2,
            <= 16 => 1,
            _ => 0,
        };
        _width = width;
        uint colour = 0;
        for (var i = 0; i < differences.Length; i++)
        {
            colour = Pixels.Add(colour, differences[i]);
            _table[i] = colour;
        }
    }

    /// <summary>Columns of the packed picture.</summary>
    public int PackedWidth => Blocks.Count(_width, _packing);

    /// <inheritdoc/>
    public void Undo(int y, Span<uint> row)
    {
        var table = _table;
        var (bits, inPixel) = (8 >> _packing, (1 << _packing) - 1);
        var mask = (1u << bits) - 1;
        // From the right, so that a packed pixel is read before its place is written.
        for (var x = _width - 1; x >= 0; x--)
        {
            var index = (row[x >> _packing] >> (8 + ((x & inPixel) * bits))) & mask;
            row[x] = table[(byte)index];
        }
    }
}
