namespace Simile.Imaging.Decoding.Jpeg;

/// <summary>Decodes one of several scans into the planes of coefficients.</summary>
internal sealed class CoefficientScan
{
    private static readonly short[] Ones = [.. Enumerable.Repeat((short)1, 64 + Zigzag.Overrun)];
    private readonly JpegFrame _frame;
    private readonly JpegScan _scan;
    private readonly ScanComponent[] _components;
    private readonly CoefficientPlane[] _planes;
    private readonly ProgressiveBlock? _band;

    /// <summary>Makes it ready.</summary>
    /// <param name="frame">The frame.</param>
    /// <param name="scan">The scan.</param>
    /// <param name="components">The scan's components with their tables.</param>
    /// <param name="planes">The planes of all components of the frame.</param>
    public CoefficientScan(JpegFrame frame, JpegScan scan, ScanComponent[] components, CoefficientPlane[] planes)
    {
        (_frame, _scan, _components, _planes) = (frame, scan, components, planes);
        if (frame.Progressive && scan.First > 0)
        {
            _band = new ProgressiveBlock(components[0].Ac!, scan.First, scan.Last, scan.LowBit);
        }
    }

    /// <summary>Decodes the scan's data.</summary>
    /// <returns>The room that the data took, for the next scan.</returns>
    public byte[] Decode(ref JpegInput input, int restartInterval, byte[] room, DecodeBudget budget)
    {
        EntropySegment segment = new(ref input, restartInterval, room);
        JpegComponent only = _components[0].Component;
        (int across, int down) = _components.Length == 1 ? (only.BlocksAcross, only.BlocksDown) : (_frame.McusAcross, _frame.McusDown);
        for (int row = 0; row < down && !segment.ExhaustedForGood; row++)
        {
            budget.CheckTime();
            for (int column = 0; column < across; column++)
            {
                if (segment.Advance(ref input))
                {
                    Restart();
                }

                if (!segment.Exhausted)
                {
                    DecodeMcu(segment, row, column);
                    segment.Check();
                }
            }
        }

        return segment.Room;
    }

    private void Restart()
    {
        Array.ForEach(_components, component => component.Prediction = 0);
        if (_band is not null)
        {
            _band.EmptyBands = 0;
        }
    }

    private void DecodeMcu(EntropySegment segment, int mcuRow, int mcuColumn)
    {
        foreach (ScanComponent component in _components)
        {
            CoefficientPlane plane = _planes[component.Component.Index];
            for (int i = 0; i < component.DownMcu; i++)
            {
                for (int j = 0; j < component.AcrossMcu; j++)
                {
                    Span<short> block = plane.Block((mcuRow * component.DownMcu) + i, (mcuColumn * component.AcrossMcu) + j);
                    DecodeBlock(ref segment.Bits, component, block);
                }
            }
        }
    }

    private void DecodeBlock(ref BitReader bits, ScanComponent component, Span<short> block)
    {
        if (_band is not null)
        {
            DecodeBand(ref bits, _band, block);
        }
        else if (!_frame.Progressive)
        {
            SequentialBlock.Decode(ref bits, component.Dc!, component.Ac!, ref component.Prediction, Ones, block);
        }
        else if (_scan.HighBit == 0)
        {
            component.Prediction = AddDifference(component.Prediction, SequentialBlock.Difference(ref bits, component.Dc!));
            block[0] = (short)(component.Prediction << _scan.LowBit);
        }
        else
        {
            bits.Fill();
            block[0] |= (short)(bits.Take(1) << _scan.LowBit);
        }
    }

    private void DecodeBand(ref BitReader bits, ProgressiveBlock band, Span<short> block)
    {
        if (_scan.HighBit > 0)
        {
            band.Refine(ref bits, block);
        }
        else if (band.EmptyBands > 0)
        {
            band.EmptyBands--;
        }
        else
        {
            band.DecodeFirst(ref bits, block);
        }
    }

    private static int AddDifference(int prediction, int difference)
    {
        long sum = (long)prediction + difference;
        return sum == (int)sum ? (int)sum : throw ImageErrors.Damaged("its DC coefficients grow beyond all bounds");
    }
}

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
