using System.Buffers.Binary;

namespace Simile.Imaging.Decoding.Jpeg;

/// <summary>All that markers say: tables, the frame, restarts, colours and orientation.</summary>
internal sealed class JpegHeader
{
    private bool _hasExif;

    /// <summary>The tables defined so far.</summary>
    public JpegTables Tables { get; } = new();

    /// <summary>The frame, once its header is read.</summary>
    public JpegFrame? Frame { get; private set; }

    /// <summary>MCUs between restart markers; 0 for none.</summary>
    public int RestartInterval { get; private set; }

    /// <summary>Whether it is a JFIF file.</summary>
    public bool Jfif { get; private set; }

    /// <summary>The colour transform of an Adobe segment; null without one.</summary>
    public int? AdobeTransform { get; private set; }

    /// <summary>EXIF orientation, 1 to 8.</summary>
    public int Orientation { get; private set; } = 1;

    /// <summary>Reads markers up to the next scan.</summary>
    /// <returns>The scan; null at the end of the picture.</returns>
    public JpegScan? ReadToScan(ref JpegInput input, DecodeBudget budget)
    {
        for (int i = 1; ; i++)
        {
            byte marker = input.TakeMarker();
            if (marker == Marker.End)
            {
                return null;
            }

            if (marker == Marker.Scan)
            {
                JpegFrame frame = Frame ?? throw ImageErrors.Damaged("a scan comes before the frame header");
                return JpegScan.Read(frame, input.TakeSegment());
            }

            Read(marker, ref input);
            if (i % 64 == 0)
            {
                budget.CheckTime();
            }
        }
    }

    private void Read(byte marker, ref JpegInput input)
    {
        switch (marker)
        {
            case Marker.QuantizationTables:
                Tables.ReadQuantization(input.TakeSegment());
                break;
            case Marker.HuffmanTables:
                Tables.ReadHuffman(input.TakeSegment());
                break;
            case Marker.RestartInterval:
                ReadRestartInterval(input.TakeSegment());
                break;
            case >= Marker.FirstApplication and <= Marker.LastApplication:
                ReadApplication(marker, input.TakeSegment(out _));
                break;
            case Marker.Comment or Marker.NumberOfLines or Marker.ArithmeticConditioning:
                input.TakeSegment(out _);
                break;
            case Marker.Temporary or (>= Marker.FirstRestart and <= Marker.LastRestart):
                break;
            default:
                ReadFrame(marker, ref input);
                break;
        }
    }

    private void ReadFrame(byte marker, ref JpegInput input)
    {
        if (Marker.IsFrame(marker) && Frame is not null)
        {
            input.Require(JpegFrame.FixedBytes);
        }

        if (!Marker.IsFrame(marker) || Frame is not null)
        {
            throw ImageErrors.Damaged($"marker FF{marker:X2} has no place where it stands");
        }

        Frame = JpegFrame.Read(marker, input.TakeSegment());
    }

    private void ReadRestartInterval(ReadOnlySpan<byte> segment)
    {
        if (segment.Length != 2)
        {
            throw ImageErrors.Damaged($"its restart interval has {segment.Length} bytes; 2 are due");
        }

        RestartInterval = BinaryPrimitives.ReadUInt16BigEndian(segment);
    }

    private void ReadApplication(byte marker, ReadOnlySpan<byte> segment)
    {
        if (marker == Marker.FirstApplication && segment.Length >= 14 && segment.StartsWith("JFIF\0"u8))
        {
            Jfif = true;
        }
        else if (marker == Marker.AdobeApplication && segment.Length >= 12 && segment.StartsWith("Adobe"u8))
        {
            AdobeTransform = segment[11];
        }
        else if (marker == Marker.ExifApplication && !_hasExif && segment.StartsWith("Exif\0"u8))
        {
            _hasExif = true;
            Orientation = ExifOrientation.Read(segment);
        }
    }
}

/// <summary>A frame header (T.81, B.2.2): the picture's size and components.</summary>
internal sealed class JpegFrame
{
    /// <summary>Bytes of a header before its components, the length included.</summary>
    public const int FixedBytes = 8;

    private const int LargestSide = 65500;

    private JpegFrame(int width, int height, bool progressive, JpegComponent[] components)
    {
        (Width, Height, Progressive, Components) = (width, height, progressive, components);
        if (components.Length == 1)
        {
            components[0].SampleOnce();
        }

        Horizontal = components.Max(component => component.Horizontal);
        Vertical = components.Max(component => component.Vertical);
        McusAcross = JpegComponent.DivideUp(width, 8 * Horizontal);
        McusDown = JpegComponent.DivideUp(height, 8 * Vertical);
        Array.ForEach(components, component => component.Measure(this));
    }

    /// <summary>Pixels across.</summary>
    public int Width { get; }

    /// <summary>Pixels down.</summary>
    public int Height { get; }

    /// <summary>Whether coefficients come in several scans, each refining.</summary>
    public bool Progressive { get; }

    /// <summary>Its components.</summary>
    public JpegComponent[] Components { get; }

    /// <summary>The most blocks of a component across an MCU.</summary>
    public int Horizontal { get; }

    /// <summary>The most blocks of a component down an MCU.</summary>
    public int Vertical { get; }

    /// <summary>MCUs of all components across.</summary>
    public int McusAcross { get; }

    /// <summary>MCUs of all components down.</summary>
    public int McusDown { get; }

    /// <summary>Reads a frame header.</summary>
    public static JpegFrame Read(byte marker, ReadOnlySpan<byte> segment)
    {
        if (marker is not (Marker.BaselineFrame or Marker.ExtendedFrame or Marker.ProgressiveFrame))
        {
            throw ImageErrors.Unsupported(
                $"its JPEG process (frame marker FF{marker:X2}: arithmetic coding, lossless or hierarchical) has no decoder here"
            );
        }

        if (segment.Length < 6 || segment.Length != 6 + (3 * segment[5]))
        {
            throw ImageErrors.Damaged($"its frame header has {segment.Length} bytes");
        }

        int height = BinaryPrimitives.ReadUInt16BigEndian(segment[1..]);
        int width = BinaryPrimitives.ReadUInt16BigEndian(segment[3..]);
        CheckKind(segment[0], segment[5], width, height);
        return new JpegFrame(width, height, marker == Marker.ProgressiveFrame, ReadComponents(segment[6..]));
    }

    private static void CheckKind(int bits, int components, int width, int height)
    {
        if (bits != 8)
        {
            throw ImageErrors.Unsupported($"its samples have {bits} bits; only 8 are read");
        }

        if (components is not (1 or 3 or 4))
        {
            throw ImageErrors.Unsupported($"it has {components} components; 1 (grey), 3 (colour) and 4 (CMYK) are read");
        }

        if (height == 0)
        {
            throw ImageErrors.Unsupported("its height comes only behind its data (DNL)");
        }

        if (width is 0 or > LargestSide || height > LargestSide)
        {
            throw ImageErrors.Damaged($"it claims {width} × {height} pixels; each side may have 1 to {LargestSide}");
        }
    }

    private static JpegComponent[] ReadComponents(ReadOnlySpan<byte> segment)
    {
        JpegComponent[] components = new JpegComponent[segment.Length / 3];
        for (int i = 0; i < components.Length; i++)
        {
            ReadOnlySpan<byte> entry = segment.Slice(3 * i, 3);
            (int horizontal, int vertical) = (entry[1] >> 4, entry[1] & 15);
            if (horizontal is < 1 or > 4 || vertical is < 1 or > 4)
            {
                throw ImageErrors.Damaged($"a component is sampled {horizontal} × {vertical}; 1 to 4 are allowed");
            }

            components[i] = new JpegComponent(i, entry[0], horizontal, vertical, entry[2]);
        }

        return components;
    }
}

/// <summary>The second byte of markers (T.81, table B.1).</summary>
internal static class Marker
{
    public const byte Temporary = 0x01;
    public const byte BaselineFrame = 0xC0;
    public const byte ExtendedFrame = 0xC1;
    public const byte ProgressiveFrame = 0xC2;
    public const byte HuffmanTables = 0xC4;
    public const byte ArithmeticConditioning = 0xCC;
    public const byte FirstRestart = 0xD0;
    public const byte LastRestart = 0xD7;
    public const byte Start = 0xD8;
    public const byte End = 0xD9;
    public const byte Scan = 0xDA;
    public const byte QuantizationTables = 0xDB;
    public const byte NumberOfLines = 0xDC;
    public const byte RestartInterval = 0xDD;
    public const byte FirstApplication = 0xE0;
    public const byte ExifApplication = 0xE1;
    public const byte AdobeApplication = 0xEE;
    public const byte LastApplication = 0xEF;
    public const byte Comment = 0xFE;

    /// <summary>Whether it is a frame header of any kind, or what T.81 keeps for one.</summary>
    public static bool IsFrame(byte marker) => marker is >= 0xC0 and <= 0xCF and not (HuffmanTables or ArithmeticConditioning);
}
