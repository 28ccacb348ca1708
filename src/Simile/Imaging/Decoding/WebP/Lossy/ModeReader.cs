namespace Simile.Imaging.Decoding.WebP.Lossy;

/// <summary>Reads how macroblocks are foretold (RFC 6386, 11).</summary>
internal sealed class ModeReader(FrameHeader header, int macroblocksPerRow)
{
    private const int Probabilities = 9,
        Modes = 10;
    private readonly SubblockMode[] _above = new SubblockMode[4 * macroblocksPerRow];
    private readonly SubblockMode[] _left = new SubblockMode[4];

    // Pairs of where the bit 0 and the bit 1 lead; a mode is written as its complement.
    private static ReadOnlySpan<sbyte> SubblockTree => [~0, 1, ~1, 2, ~2, 3, 4, 6, ~3, 5, ~4, ~5, ~6, 7, ~7, 8, ~8, ~9];

    /// <summary>To be called before each row.</summary>
    public void StartRow() => Array.Clear(_left);

    /// <summary>Reads a macroblock's modes.</summary>
    public void Read(ref BoolDecoder bits, int column, ref Macroblock block)
    {
        block.Segment = header.HasSegmentMap ? SegmentOf(ref bits) : (byte)0;
        block.Skips = header.SkipProbability is { } probability && bits.Bit((uint)probability);
        block.IsSubdivided = !bits.Bit(145);
        var above = _above.AsSpan(4 * column, 4);
        if (block.IsSubdivided)
        {
            ReadSubblocks(ref bits, above, ref block);
        }
        else
        {
            var mode = bits.Bit(156)
                ? bits.Bit(128)
                    ? SubblockMode.TrueMotion
                    : SubblockMode.Horizontal
                : bits.Bit(163)
                    ? SubblockMode.Vertical
                    : SubblockMode.Mean;
            block.Modes[0] = mode;
            above.Fill(mode);
            Array.Fill(_left, mode);
        }

        block.Chroma =
            !bits.Bit(142) ? SubblockMode.Mean
            : !bits.Bit(114) ? SubblockMode.Vertical
            : bits.Bit(183) ? SubblockMode.TrueMotion
            : SubblockMode.Horizontal;
    }

    private byte SegmentOf(ref BoolDecoder bits)
    {
        var probabilities = header.SegmentProbabilities;
        var isUpper = bits.Bit(probabilities[0]);
        return (byte)((isUpper ? 2 : 0) + (bits.Bit(probabilities[isUpper ? 2 : 1]) ? 1 : 0));
    }

    private void ReadSubblocks(ref BoolDecoder bits, Span<SubblockMode> above, ref Macroblock block)
    {
        for (var y = 0; y < 4; y++)
        {
            var mode = _left[y];
            for (var x = 0; x < 4; x++)
            {
                mode = ReadSubblock(
                    ref bits,
                    SubblockModeProbabilities.All.Slice((((int)above[x] * Modes) + (int)mode) * Probabilities, Probabilities)
                );
                above[x] = mode;
                block.Modes[(4 * y) + x] = mode;
            }

            _left[y] = mode;
        }
    }

    private static SubblockMode ReadSubblock(ref BoolDecoder bits, ReadOnlySpan<byte> probabilities)
    {
        var at = 0;
        do
        {
            at = SubblockTree[(2 * at) + (bits.Bit(probabilities[at]) ? 1 : 0)];
        } while (at > 0);
        return (SubblockMode)~at;
    }
}

/// <summary>How a block is foretold (RFC 6386, 8). The first four serve whole macroblocks and chroma, too; the others' order is that of the
/// tables.</summary>
internal enum SubblockMode : byte
{
    Mean,
    TrueMotion,
    Vertical,
    Horizontal,
    RightDown,
    VerticalRight,
    LeftDown,
    VerticalLeft,
    HorizontalDown,
    HorizontalUp,
}
