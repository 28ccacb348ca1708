using System.Runtime.CompilerServices;

namespace Simile.Imaging.Decoding.WebP.Lossy;

/// <summary>Reads the coefficients of macroblocks and multiplies them up (RFC 6386, 13 and 14.1).</summary>
/// <param name="probabilities">Those of coefficients.</param>
/// <param name="macroblocksPerRow">Macroblocks in a row.</param>
internal sealed class ResidualReader(byte[] probabilities, int macroblocksPerRow)
{
    private const int BlockSize = 16;
    private const int LumaBehindSecond = 0,
        Second = 1,
        Chroma = 2,
        WholeLuma = 3;

    // For each column 4 luma, 2 + 2 chroma and 1 second-order block: whether the block above has coefficients. Then the same to the left.
    private readonly byte[] _above = new byte[9 * macroblocksPerRow];
    private readonly byte[] _left = new byte[9];
    private readonly short[] _second = new short[BlockSize];

    private static ReadOnlySpan<byte> Zigzag => [0, 1, 4, 8, 5, 2, 3, 6, 9, 12, 13, 10, 7, 11, 14, 15];

    // Where in a kind's probabilities the band of each place begins; one more for the place behind the last.
    private static ReadOnlySpan<ushort> Bands => [0, 33, 66, 99, 198, 132, 165, 198, 198, 198, 198, 198, 198, 198, 198, 231, 0];

    private static ReadOnlySpan<byte> Category3 => [173, 148, 140];

    private static ReadOnlySpan<byte> Category4 => [176, 155, 140, 135];

    private static ReadOnlySpan<byte> Category5 => [180, 157, 141, 134, 130];

    private static ReadOnlySpan<byte> Category6 => [254, 254, 243, 230, 196, 177, 153, 140, 133, 130, 129];

    /// <summary>24 blocks of 16 coefficients: 16 of luma, 4 + 4 of chroma.</summary>
    public short[] Coefficients { get; } = new short[24 * BlockSize];

    /// <summary>To be called before each row.</summary>
    public void StartRow() => Array.Clear(_left);

    /// <summary>Takes note of a macroblock without coefficients.</summary>
    public void Skip(int column, ref Macroblock block)
    {
        // A subdivided macroblock has no second-order block, so the last of its kind stays in memory.
        var count = block.IsSubdivided ? 8 : 9;
        _above.AsSpan(9 * column, count).Clear();
        _left.AsSpan(0, count).Clear();
        block.Filled = default;
        block.HasCoefficients = false;
    }

    /// <summary>Reads a macroblock's coefficients.</summary>
    public void Read(ref BoolDecoder partition, int column, Segment segment, ref Macroblock block)
    {
        var bits = partition;
        Array.Clear(Coefficients);
        var above = _above.AsSpan(9 * column, 9);
        var any = false;
        var (kind, first) = (WholeLuma, 0);
        if (!block.IsSubdivided)
        {
            ReadSecond(ref bits, above, segment.Second);
            (kind, first) = (LumaBehindSecond, 1);
        }

        for (var i = 0; i < 16; i++)
        {
            any |= ReadBlock(ref bits, kind, first, segment.Luma, ref above[i & 3], ref _left[i >> 2], i, ref block.Filled[i]);
        }

        for (var i = 16; i < 24; i++)
        {
            var plane = 4 + (2 * ((i - 16) >> 2));
            any |= ReadBlock(
                ref bits,
                Chroma,
                0,
                segment.Chroma,
                ref above[plane + (i & 1)],
                ref _left[plane + ((i >> 1) & 1)],
                i,
                ref block.Filled[i]
            );
        }

        block.HasCoefficients = any;
        partition = bits;
    }

    private void ReadSecond(ref BoolDecoder bits, Span<byte> above, Scale scale)
    {
        Array.Clear(_second);
        var end = ReadCoefficients(ref bits, Second, above[8] + _left[8], scale, 0, _second);
        above[8] = _left[8] = (byte)(end > 0 ? 1 : 0);
        SecondTransform.Undo(_second, Coefficients);
    }

    private bool ReadBlock(
        ref BoolDecoder bits,
        int kind,
        int first,
        Scale scale,
        ref byte above,
        ref byte left,
        int block,
        ref byte filled
    )
    {
        var coefficients = Coefficients.AsSpan(block * BlockSize, BlockSize);
        var end = ReadCoefficients(ref bits, kind, above + left, scale, first, coefficients);
        above = left = (byte)(end > first ? 1 : 0);
        filled = (byte)(
            end > 1 ? 2
            : coefficients[0] != 0 ? 1
            : 0
        );
        return filled != 0;
    }

    // Returns the place behind the last coefficient.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int ReadCoefficients(ref BoolDecoder decoder, int kind, int context, Scale scale, int first, Span<short> target)
    {
        var bits = decoder;
        var ofKind = probabilities.AsSpan(kind * CoefficientProbabilities.PerKind, CoefficientProbabilities.PerKind);
        var at = first;
        var tree = ofKind.Slice(Bands[at] + (context * CoefficientProbabilities.PerContext), CoefficientProbabilities.PerContext);
        while (at < BlockSize && bits.Bit(tree[0]))
        {
            while (!bits.Bit(tree[1]))
            {
                at++;
                if (at == BlockSize)
                {
                    decoder = bits;
                    return BlockSize;
                }

                tree = ofKind.Slice(Bands[at], CoefficientProbabilities.PerContext);
            }

            var (value, next) = (1, CoefficientProbabilities.PerContext);
            if (bits.Bit(tree[2]))
            {
                (value, next) = (ReadLarge(ref bits, tree), 2 * CoefficientProbabilities.PerContext);
            }

            target[Zigzag[at]] = (short)(bits.Signed(value) * (at > 0 ? scale.Alternating : scale.Direct));
            at++;
            tree = ofKind.Slice(Bands[at] + next, CoefficientProbabilities.PerContext);
        }

        decoder = bits;
        return at;
    }

    private static int ReadLarge(ref BoolDecoder bits, ReadOnlySpan<byte> tree)
    {
        if (!bits.Bit(tree[3]))
        {
            return !bits.Bit(tree[4]) ? 2
                : bits.Bit(tree[5]) ? 4
                : 3;
        }

        if (!bits.Bit(tree[6]))
        {
            return !bits.Bit(tree[7]) ? 5 + (bits.Bit(159) ? 1 : 0) : 7 + (bits.Bit(165) ? 2 : 0) + (bits.Bit(145) ? 1 : 0);
        }

        return !bits.Bit(tree[8])
            ? !bits.Bit(tree[9])
                ? ReadExtra(ref bits, Category3, 11)
                : ReadExtra(ref bits, Category4, 19)
            : !bits.Bit(tree[10])
                ? ReadExtra(ref bits, Category5, 35)
                : ReadExtra(ref bits, Category6, 67);
    }

    private static int ReadExtra(ref BoolDecoder bits, ReadOnlySpan<byte> extra, int least)
    {
        var value = 0;
        foreach (var probability in extra)
        {
            value = (value << 1) | (bits.Bit(probability) ? 1 : 0);
        }

        return least + value;
    }
}
