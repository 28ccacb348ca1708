namespace Simile.Imaging.Decoding.Jpeg;

/// <summary>Gives the rows of a component at the picture's size.</summary>
internal sealed class UpsampledRow
{
    private readonly SamplePlane _plane;
    private readonly byte[] _row;
    private readonly int _across;
    private readonly int _down;
    private readonly int _samples;
    private readonly int _width;

    /// <summary>Makes it ready for a component.</summary>
    /// <exception cref="SimileException">SIM114: the component's sampling does not divide the frame's.</exception>
    public UpsampledRow(JpegFrame frame, JpegComponent component, SamplePlane plane)
    {
        if (frame.Horizontal % component.Horizontal != 0 || frame.Vertical % component.Vertical != 0)
        {
            throw ImageErrors.Unsupported(
                $"a component is sampled {component.Horizontal} × {component.Vertical} in MCUs of {frame.Horizontal} × "
                    + $"{frame.Vertical}, which no factor divides"
            );
        }

        (_plane, _samples, _width) = (plane, component.Width, frame.Width);
        (_across, _down) = (frame.Horizontal / component.Horizontal, frame.Vertical / component.Vertical);
        _row = new byte[Bytes(frame)];
    }

    /// <summary>How much room it takes.</summary>
    public static int Bytes(JpegFrame frame) => Upsampling.Room(frame.Width) + 64;

    // libjpeg does not interpolate across rows of one or two samples.
    private bool Interpolates => _across == 2 && _samples > 2;

    /// <summary>A row of the picture; whole vectors may be read behind its end.</summary>
    public ReadOnlySpan<byte> At(int y)
    {
        int near = y / _down;
        bool above = (y & 1) == 0;
        int far = above ? near - 1 : near + 1;
        switch (_across, _down)
        {
            case (1, 1):
                return _plane.Row(y)[SamplePlane.Margin..];
            case (1, 2):
                Upsampling.Between(_plane.Row(near), _plane.Row(far), above, _samples, _row);
                break;
            case (2, 1) when Interpolates:
                Upsampling.Widen(_plane.RowWithEdges(y), _samples, _row);
                break;
            case (2, 2) when Interpolates:
                Upsampling.WidenBetween(_plane.RowWithEdges(near), _plane.RowWithEdges(far), _samples, _row);
                break;
            default:
                Upsampling.Repeat(_plane.Row(near), _across, _row.AsSpan(0, _width));
                break;
        }

        return _row;
    }
}
