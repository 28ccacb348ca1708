using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Simile.Imaging.Decoding.Jpeg;

/// <summary>Decodes JPEG (ITU-T T.81): 8 bits, Huffman, sequential and progressive. Pixels are those of libjpeg-turbo as Pillow uses
/// it.</summary>
internal sealed class JpegDecoder : IImageDecoder
{
    /// <inheritdoc/>
    public bool Recognizes(ReadOnlySpan<byte> head) => head.StartsWith((ReadOnlySpan<byte>)[0xFF, Marker.Start, 0xFF]);

    /// <inheritdoc/>
    public DecodedImage Decode(ReadOnlySpan<byte> file, DecodeBudget budget)
    {
        ArgumentNullException.ThrowIfNull(budget);
        if (!Recognizes(file))
        {
            throw ImageErrors.Damaged("it does not begin as a JPEG file");
        }

        JpegInput input = new(file);
        input.Skip(2);
        JpegHeader header = new();
        JpegScan scan = header.ReadToScan(ref input, budget) ?? throw ImageErrors.Damaged("it ends before its first scan");
        JpegFrame frame = header.Frame!;
        int orientation = header.Orientation;
        budget.CheckSize(frame.Width, frame.Height);
        ColourSpace colours = ColourGuess.Of(frame, header.Jfif, header.AdobeTransform);
        JpegPicture picture = new(header, frame, colours, budget);
        return new DecodedImage(picture.Decode(ref input, scan), ImageFormat.Jpeg, orientation);
    }
}

/// <summary>Decodes the picture behind the headers.</summary>
internal sealed class JpegPicture(JpegHeader header, JpegFrame frame, ColourSpace colours, DecodeBudget budget)
{
    // Encoders in use write a dozen scans; a scan for each bit of each coefficient would be some hundreds.
    private const int MaxScans = 1000;

    /// <summary>Decodes the picture, up to the end of the file's picture.</summary>
    /// <param name="input">The file, behind the header of the first scan.</param>
    /// <param name="scan">The first scan.</param>
    public RgbImage Decode(ref JpegInput input, JpegScan scan)
    {
        if (!frame.Progressive)
        {
            header.Tables.FillStandardHuffman();
        }

        return frame.Progressive || scan.Components.Length < frame.Components.Length
            ? Refine(ref input, scan)
            : DecodeAtOnce(ref input, scan);
    }

    private RgbImage DecodeAtOnce(ref JpegInput input, JpegScan scan)
    {
        CheckMemory(input.Rest.Length, 0);
        PictureRows rows = new(frame, colours);
        SequentialPicture.Decode(ref input, frame, Prepare(scan), header.RestartInterval, rows, budget);
        ReadEnd(ref input);
        return rows.Image;
    }

    // What follows must be sound as far as it goes, but may end anywhere: the picture is complete.
    private void ReadEnd(ref JpegInput input)
    {
        try
        {
            if (header.ReadToScan(ref input, budget) is null)
            {
                return;
            }
        }
        catch (SimileException) when (input.HasEnded)
        {
            return;
        }

        throw ImageErrors.Damaged("a scan follows its only scan");
    }

    private RgbImage Refine(ref JpegInput input, JpegScan first)
    {
        long coefficients = frame.Components.Sum(component => CoefficientPlane.Bytes(frame, component));
        CheckMemory(input.Rest.Length, coefficients);
        CoefficientPlane[] planes = Array.ConvertAll(frame.Components, component => new CoefficientPlane(frame, component));
        byte[] room = [];
        int scans = 0;
        for (JpegScan? scan = first; scan is not null; scan = header.ReadToScan(ref input, budget))
        {
            if (++scans > MaxScans)
            {
                throw ImageErrors.Damaged($"it has over {MaxScans} scans");
            }

            room = new CoefficientScan(frame, scan, Prepare(scan), planes).Decode(ref input, header.RestartInterval, room, budget);
        }

        PictureRows rows = new(frame, colours);
        CoefficientPicture.Write(frame, planes, rows, budget);
        return rows.Image;
    }

    // The file counts twice: as it is, and free of stuffing.
    private void CheckMemory(long fileBytes, long coefficientBytes)
    {
        budget.CheckMemory(PictureRows.Bytes(frame) + (2 * fileBytes) + BitReader.Padding + coefficientBytes);
        if (3L * frame.Width * frame.Height > Array.MaxLength || coefficientBytes / sizeof(short) > Array.MaxLength)
        {
            throw ImageErrors.TooLarge($"{frame.Width} × {frame.Height} pixels do not fit into one array", nameof(ImageLimits.MaxPixels));
        }
    }

    private ScanComponent[] Prepare(JpegScan scan)
    {
        bool single = scan.Components.Length == 1;
        bool needsDc = !frame.Progressive || (scan.First == 0 && scan.HighBit == 0);
        bool needsAc = !frame.Progressive || scan.First > 0;
        ScanComponent[] prepared = new ScanComponent[scan.Components.Length];
        for (int i = 0; i < prepared.Length; i++)
        {
            JpegComponent component = scan.Components[i];
            component.KeepQuantization(header.Tables);
            prepared[i] = new ScanComponent(component, single ? 1 : component.Horizontal, single ? 1 : component.Vertical)
            {
                Dc = needsDc ? header.Tables.Dc(scan.TableSlots[i] >> 4) : null,
                Ac = needsAc ? header.Tables.Ac(scan.TableSlots[i] & 15) : null,
            };
        }

        return prepared;
    }
}

/// <summary>Decodes pictures that come in one scan: row of MCUs by row of MCUs, no coefficient is kept.</summary>
internal static class SequentialPicture
{
    /// <summary>Decodes the scan's data into rows.</summary>
    public static void Decode(
        ref JpegInput input,
        JpegFrame frame,
        ScanComponent[] components,
        int restartInterval,
        PictureRows rows,
        DecodeBudget budget
    )
    {
        EntropySegment segment = new(ref input, restartInterval, []);
        Span<short> block = stackalloc short[64];
        for (int row = 0; row < frame.McusDown; row++)
        {
            budget.CheckTime();
            for (int column = 0; column < frame.McusAcross; column++)
            {
                if (segment.Advance(ref input))
                {
                    Array.ForEach(components, component => component.Prediction = 0);
                }

                bool isThere = !segment.Exhausted;
                foreach (ScanComponent component in components)
                {
                    DecodeMcu(segment, component, row, column, isThere, rows.Planes[component.Component.Index], block);
                }

                segment.Check();
            }

            rows.Write(row);
        }
    }

    // Blocks of an MCU that lie outside the picture are decoded, but nobody needs their samples.
    private static void DecodeMcu(
        EntropySegment segment,
        ScanComponent component,
        int mcuRow,
        int mcuColumn,
        bool isThere,
        SamplePlane plane,
        Span<short> block
    )
    {
        ReadOnlySpan<short> factors = component.Component.Quantization;
        for (int i = 0; i < component.DownMcu; i++)
        {
            int row = (mcuRow * component.DownMcu) + i;
            for (int j = 0; j < component.AcrossMcu; j++)
            {
                int column = (mcuColumn * component.AcrossMcu) + j;
                block.Clear();
                if (isThere)
                {
                    SequentialBlock.Decode(ref segment.Bits, component.Dc!, component.Ac!, ref component.Prediction, factors, block);
                }

                if (row < component.Component.BlocksDown && column < component.Component.BlocksAcross)
                {
                    InverseDct.Transform(block, plane.Block(row, column), plane.RowStride);
                }
            }
        }
    }
}

/// <summary>Turns planes of coefficients, all scans read, into the picture.</summary>
internal static class CoefficientPicture
{
    /// <summary>Writes all rows.</summary>
    public static void Write(JpegFrame frame, CoefficientPlane[] planes, PictureRows rows, DecodeBudget budget)
    {
        short[][] factors = Array.ConvertAll(frame.Components, FactorsByPlace);
        for (int row = 0; row < frame.McusDown; row++)
        {
            budget.CheckTime();
            foreach (JpegComponent component in frame.Components)
            {
                int end = Math.Min(component.BlocksDown, (row + 1) * component.Vertical);
                for (int blockRow = row * component.Vertical; blockRow < end; blockRow++)
                {
                    TransformRow(component, blockRow, planes[component.Index], factors[component.Index], rows.Planes[component.Index]);
                }
            }

            rows.Write(row);
        }
    }

    private static void TransformRow(
        JpegComponent component,
        int row,
        CoefficientPlane plane,
        ReadOnlySpan<short> factors,
        SamplePlane samples
    )
    {
        Span<short> block = stackalloc short[64];
        for (int column = 0; column < component.BlocksAcross; column++)
        {
            Multiply(plane.Block(row, column), factors, block);
            InverseDct.Transform(block, samples.Block(row, column), samples.RowStride);
        }
    }

    private static void Multiply(ReadOnlySpan<short> coefficients, ReadOnlySpan<short> factors, Span<short> products)
    {
        ReadOnlySpan<Vector256<short>> a = MemoryMarshal.Cast<short, Vector256<short>>(coefficients);
        ReadOnlySpan<Vector256<short>> b = MemoryMarshal.Cast<short, Vector256<short>>(factors);
        Span<Vector256<short>> target = MemoryMarshal.Cast<short, Vector256<short>>(products);
        for (int i = 0; i < target.Length; i++)
        {
            target[i] = a[i] * b[i];
        }
    }

    // A component that no scan has brought is grey.
    private static short[] FactorsByPlace(JpegComponent component)
    {
        short[] factors = new short[64];
        for (int k = 0; k < factors.Length; k++)
        {
            factors[Zigzag.Places[k]] = component.Quantization?[k] ?? 0;
        }

        return factors;
    }
}
