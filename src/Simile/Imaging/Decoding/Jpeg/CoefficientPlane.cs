namespace Simile.Imaging.Decoding.Jpeg;

/// <summary>All coefficients of a component, for pictures that come in several scans: block by block, each row by row.</summary>
internal sealed class CoefficientPlane
{
    private readonly short[] _coefficients;
    private readonly int _across;

    /// <summary>Takes room for whole MCUs.</summary>
    public CoefficientPlane(JpegFrame frame, JpegComponent component)
    {
        _across = frame.McusAcross * component.Horizontal;
        _coefficients = new short[Bytes(frame, component) / sizeof(short)];
    }

    /// <summary>How much room that is.</summary>
    public static long Bytes(JpegFrame frame, JpegComponent component) =>
        64L * sizeof(short) * frame.McusAcross * component.Horizontal * frame.McusDown * component.Vertical;

    /// <summary>A block.</summary>
    public Span<short> Block(int row, int column) => _coefficients.AsSpan(64 * ((row * _across) + column), 64);
}
