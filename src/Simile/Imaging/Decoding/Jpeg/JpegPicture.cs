namespace Simile.Imaging.Decoding.Jpeg;

/// <summary>Decodes the picture behind the headers.</summary>
internal sealed class JpegPicture(JpegHeader header, JpegFrame frame, ColourSpace colours, DecodeBudget budget)
{
    // Encoders in use write a dozen scans; a scan for each bit of each coefficient would be some hundreds.
    private const int MostScans = 1000;

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
            if (++scans > MostScans)
            {
                throw ImageErrors.Damaged($"it has over {MostScans} scans");
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
