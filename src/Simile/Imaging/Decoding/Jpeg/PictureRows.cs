namespace Simile.Imaging.Decoding.Jpeg;

/// <summary>Writes the picture's rows out of the components' samples, as soon as the samples around them are there.</summary>
internal sealed class PictureRows
{
    private readonly JpegFrame _frame;
    private readonly ColourSpace _colours;
    private readonly UpsampledRow[] _rows;
    private int _next;

    /// <summary>Takes room for the samples and the picture.</summary>
    public PictureRows(JpegFrame frame, ColourSpace colours)
    {
        (_frame, _colours) = (frame, colours);
        Planes = Array.ConvertAll(frame.Components, component => new SamplePlane(frame, component));
        _rows = Array.ConvertAll(frame.Components, component => new UpsampledRow(frame, component, Planes[component.Index]));
        Image = RgbImage.Uninitialized(frame.Width, frame.Height);
    }

    /// <summary>How much room that is.</summary>
    public static long Bytes(JpegFrame frame) =>
        (3L * frame.Width * frame.Height)
        + frame.Components.Sum(component => SamplePlane.Bytes(frame, component) + UpsampledRow.Bytes(frame));

    /// <summary>The components' samples.</summary>
    public SamplePlane[] Planes { get; }

    /// <summary>The picture; whole after the last row of MCUs.</summary>
    public RgbImage Image { get; }

    /// <summary>Writes what can be written when a row of MCUs is complete. Interpolation sees one row of samples ahead.</summary>
    public void Write(int mcuRow)
    {
        bool isLast = mcuRow == _frame.McusDown - 1;
        int end = isLast ? _frame.Height : ((mcuRow + 1) * 8 * _frame.Vertical) - _frame.Vertical;
        for (; _next < end; _next++)
        {
            Write(_next, Image.Writable[(3 * _next * _frame.Width)..]);
        }
    }

    private void Write(int y, Span<byte> rgb)
    {
        int width = _frame.Width;
        ReadOnlySpan<byte> first = _rows[0].At(y);
        switch (_colours)
        {
            case ColourSpace.Grey:
                ColourConversion.FromGrey(first, width, rgb);
                break;
            case ColourSpace.Rgb:
                ColourConversion.FromRgb(first, _rows[1].At(y), _rows[2].At(y), width, rgb);
                break;
            case ColourSpace.Ycc:
                ColourConversion.FromYcc(first, _rows[1].At(y), _rows[2].At(y), width, rgb);
                break;
            case ColourSpace.Cmyk:
                ColourConversion.FromRgb(first, _rows[1].At(y), _rows[2].At(y), width, rgb);
                ColourConversion.Darken(_rows[3].At(y), width, rgb);
                break;
            default:
                ColourConversion.FromYcc(first, _rows[1].At(y), _rows[2].At(y), width, rgb);
                ColourConversion.Invert(width, rgb);
                ColourConversion.Darken(_rows[3].At(y), width, rgb);
                break;
        }
    }
}
