namespace Simile.Imaging.Decoding.Jpeg;

/// <summary>The samples of a component: the rows of the last two rows of MCUs, with room on either side for what interpolation reads and
/// writes.</summary>
internal sealed class SamplePlane
{
    /// <summary>Samples before a row's first.</summary>
    public const int Margin = 32;

    private const int BehindRow = 96;
    private readonly byte[] _samples;
    private readonly int _stride;
    private readonly int _rows;
    private readonly int _width;
    private readonly int _height;

    /// <summary>Takes room.</summary>
    public SamplePlane(JpegFrame frame, JpegComponent component)
    {
        (_width, _height) = (component.Width, component.Height);
        _stride = Stride(frame, component);
        _rows = 2 * 8 * component.Vertical;
        _samples = new byte[_stride * _rows];
    }

    /// <summary>How much room that is.</summary>
    public static long Bytes(JpegFrame frame, JpegComponent component) => 16L * component.Vertical * Stride(frame, component);

    /// <summary>Bytes from a row to the next.</summary>
    public int RowStride => _stride;

    /// <summary>The room of a block, from its first sample to the end of its rows.</summary>
    public Span<byte> Block(int row, int column) =>
        _samples.AsSpan(((row * 8 % _rows) * _stride) + Margin + (column * 8), (7 * _stride) + 8);

    /// <summary>A row with its margins; rows outside the picture are those at its edge.</summary>
    public Span<byte> Row(int y) => _samples.AsSpan((Math.Clamp(y, 0, _height - 1) % _rows) * _stride, _stride);

    /// <summary>The same, with the samples at both ends repeated once.</summary>
    public Span<byte> RowWithEdges(int y)
    {
        Span<byte> row = Row(y);
        row[Margin - 1] = row[Margin];
        row[Margin + _width] = row[Margin + _width - 1];
        return row;
    }

    private static int Stride(JpegFrame frame, JpegComponent component) =>
        (frame.McusAcross * component.Horizontal * 8) + Margin + BehindRow;
}
