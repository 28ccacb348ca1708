using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

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

/// <summary>Brings rows of samples to the picture's size as libjpeg does: a triangle filter for factors of 2, repetition for all
/// others.</summary>
/// <remarks>Rows come with their margins and ends repeated; results are written in whole vectors, so targets have room for
/// <see cref="Room"/>.</remarks>
internal static class Upsampling
{
    private const int Step = 16;

    /// <summary>The bytes that a widened row of so many samples takes.</summary>
    public static int Room(int samples) => (2 * samples) + (2 * Step);

    /// <summary>Twice the columns: 3/4 of the nearer sample, 1/4 of the other; halves are rounded down and up in turn.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Widen(ReadOnlySpan<byte> row, int samples, Span<byte> target)
    {
        for (int i = 0; i < samples; i += Step)
        {
            Vector256<ushort> here = Load(row, i) * Vector256.Create((ushort)3);
            Vector256<ushort> left = (here + Load(row, i - 1) + Vector256<ushort>.One) >> 2;
            Vector256<ushort> right = (here + Load(row, i + 1) + Vector256.Create((ushort)2)) >> 2;
            Store(left, right, target, i);
        }
    }

    /// <summary>Twice the rows: 3/4 of the nearer row, 1/4 of the other.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Between(ReadOnlySpan<byte> near, ReadOnlySpan<byte> far, bool farIsAbove, int samples, Span<byte> target)
    {
        Vector256<ushort> bias = Vector256.Create((ushort)(farIsAbove ? 1 : 2));
        for (int i = 0; i < samples; i += Step)
        {
            Vector256<ushort> mean = (Column(near, far, i) + bias) >> 2;
            Vector128.Narrow(mean.GetLower(), mean.GetUpper()).CopyTo(target[i..]);
        }
    }

    /// <summary>Twice the rows and columns: 9, 3, 3 and 1 sixteenths.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void WidenBetween(ReadOnlySpan<byte> near, ReadOnlySpan<byte> far, int samples, Span<byte> target)
    {
        for (int i = 0; i < samples; i += Step)
        {
            Vector256<ushort> here = Column(near, far, i) * Vector256.Create((ushort)3);
            Vector256<ushort> left = (here + Column(near, far, i - 1) + Vector256.Create((ushort)8)) >> 4;
            Vector256<ushort> right = (here + Column(near, far, i + 1) + Vector256.Create((ushort)7)) >> 4;
            Store(left, right, target, i);
        }
    }

    /// <summary>Each sample so many times.</summary>
    public static void Repeat(ReadOnlySpan<byte> row, int times, Span<byte> target)
    {
        row = row[SamplePlane.Margin..];
        for (int x = 0; x < target.Length; x++)
        {
            target[x] = row[x / times];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ushort> Column(ReadOnlySpan<byte> near, ReadOnlySpan<byte> far, int i) =>
        (Load(near, i) * Vector256.Create((ushort)3)) + Load(far, i);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ushort> Load(ReadOnlySpan<byte> row, int i) =>
        Vector256.WidenLower(Vector128.Create(row.Slice(SamplePlane.Margin + i, Step)).ToVector256Unsafe());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(Vector256<ushort> left, Vector256<ushort> right, Span<byte> target, int i) =>
        (left | (right << 8)).AsByte().CopyTo(target.Slice(2 * i, 2 * Step));
}
