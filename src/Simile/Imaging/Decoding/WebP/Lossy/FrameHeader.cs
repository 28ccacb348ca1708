namespace Simile.Imaging.Decoding.WebP.Lossy;

/// <summary>The header of a key frame (RFC 6386, 9 and 19.2), read in its order.</summary>
internal sealed class FrameHeader
{
    private readonly int[] _segmentQuantizer = new int[4];
    private readonly int[] _segmentLevel = new int[4];
    private bool _hasSegments,
        _segmentsAreAbsolute = true;
    private int _level,
        _sharpness,
        _levelOfIntra,
        _levelOfSubdivided;

    /// <summary>Reads a header up to where macroblocks begin.</summary>
    public FrameHeader(ref BoolDecoder bits)
    {
        bits.Literal(2); // colour space and clamping: both mean nothing to a decoder that always clamps
        ReadSegments(ref bits);
        ReadFilter(ref bits);
        PartitionCount = 1 << bits.Literal(2);
        Segments = ReadQuantizers(ref bits);
        bits.Flag(); // whether probabilities last beyond this frame
        ReadProbabilities(ref bits);
        if (bits.IsPastEnd)
        {
            throw ImageErrors.Damaged("it ends within its frame header");
        }
    }

    /// <summary>Whether each macroblock names its segment.</summary>
    public bool HasSegmentMap { get; private set; }

    /// <summary>The 3 probabilities of a segment's tree.</summary>
    public byte[] SegmentProbabilities { get; } = [255, 255, 255];

    /// <summary>The four segments.</summary>
    public Segment[] Segments { get; }

    /// <summary>Whether edges are smoothed with the simple filter.</summary>
    public bool HasSimpleFilter { get; private set; }

    /// <summary>Whether edges are smoothed.</summary>
    public bool HasFilter => _level > 0;

    /// <summary>Partitions of coefficients.</summary>
    public int PartitionCount { get; }

    /// <summary>The probabilities of coefficients.</summary>
    public byte[] Coefficients { get; } = CoefficientProbabilities.Default.ToArray();

    /// <summary>The probability that a macroblock has coefficients; null if all have.</summary>
    public int? SkipProbability { get; private set; }

    private void ReadSegments(ref BoolDecoder bits)
    {
        _hasSegments = bits.Flag();
        if (!_hasSegments)
        {
            return;
        }

        HasSegmentMap = bits.Flag();
        if (bits.Flag())
        {
            _segmentsAreAbsolute = bits.Flag();
            for (var i = 0; i < 4; i++)
            {
                _segmentQuantizer[i] = bits.OptionalSigned(7);
            }

            for (var i = 0; i < 4; i++)
            {
                _segmentLevel[i] = bits.OptionalSigned(6);
            }
        }

        for (var i = 0; HasSegmentMap && i < SegmentProbabilities.Length; i++)
        {
            SegmentProbabilities[i] = (byte)(bits.Flag() ? bits.Literal(8) : 255);
        }
    }

    private void ReadFilter(ref BoolDecoder bits)
    {
        HasSimpleFilter = bits.Flag();
        _level = bits.Literal(6);
        _sharpness = bits.Literal(3);
        if (bits.Flag() && bits.Flag())
        {
            // Four deltas of reference frames, four of modes; a key frame's macroblocks use the first of each.
            Span<int> deltas = stackalloc int[8];
            for (var i = 0; i < deltas.Length; i++)
            {
                deltas[i] = bits.OptionalSigned(6);
            }

            (_levelOfIntra, _levelOfSubdivided) = (deltas[0], deltas[4]);
        }
    }

    private Segment[] ReadQuantizers(ref BoolDecoder bits)
    {
        var common = bits.Literal(7);
        Span<int> deltas = stackalloc int[5];
        for (var i = 0; i < deltas.Length; i++)
        {
            deltas[i] = bits.OptionalSigned(4);
        }

        var segments = new Segment[4];
        for (var i = 0; i < segments.Length; i++)
        {
            var index = _hasSegments ? _segmentQuantizer[i] + (_segmentsAreAbsolute ? 0 : common) : common;
            var second = new Scale(2 * Direct(index + deltas[1], 127), Math.Max(8, (Alternating(index + deltas[2]) * 155) / 100));
            segments[i] = new Segment(
                new Scale(Direct(index + deltas[0], 127), Alternating(index)),
                second,
                new Scale(Direct(index + deltas[3], 117), Alternating(index + deltas[4])),
                Smoothing(i, false),
                Smoothing(i, true)
            );
        }

        return segments;
    }

    private static int Direct(int index, int largest) => Quantizers.Direct[Math.Clamp(index, 0, largest)];

    private static int Alternating(int index) => Quantizers.Alternating[Math.Clamp(index, 0, 127)];

    private Smoothing Smoothing(int segment, bool isSubdivided)
    {
        var level = _hasSegments ? _segmentLevel[segment] + (_segmentsAreAbsolute ? 0 : _level) : _level;
        level = Math.Clamp(level + _levelOfIntra + (isSubdivided ? _levelOfSubdivided : 0), 0, 63);
        if (level == 0)
        {
            return default;
        }

        var interior = level;
        if (_sharpness > 0)
        {
            interior = Math.Min(interior >> (_sharpness > 4 ? 2 : 1), 9 - _sharpness);
        }

        interior = Math.Max(interior, 1);
        return new Smoothing(
            (2 * level) + interior,
            interior,
            level >= 40 ? 2
                : level >= 15 ? 1
                : 0
        );
    }

    private void ReadProbabilities(ref BoolDecoder bits)
    {
        for (var i = 0; i < CoefficientProbabilities.Count; i++)
        {
            if (bits.Bit(CoefficientProbabilities.Kept[i]))
            {
                Coefficients[i] = (byte)bits.Literal(8);
            }
        }

        SkipProbability = bits.Flag() ? bits.Literal(8) : null;
    }
}
