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
