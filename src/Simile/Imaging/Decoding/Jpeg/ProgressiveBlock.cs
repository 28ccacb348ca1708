using System.Runtime.CompilerServices;

namespace Simile.Imaging.Decoding.Jpeg;

/// <summary>Decodes blocks of progressive AC scans (T.81, G.1.2 and G.2): one band of coefficients, over one or all of its bits.</summary>
/// <param name="table">The scan's AC table.</param>
/// <param name="first">The band's first coefficient.</param>
/// <param name="last">The band's last coefficient.</param>
/// <param name="lowBit">The lowest bit that is known after the scan.</param>
internal sealed class ProgressiveBlock(HuffmanTable table, int first, int last, int lowBit)
{
    private readonly HuffmanTable _table = table;
    private readonly int _first = first;
    private readonly int _last = last;
    private readonly int _lowBit = lowBit;

    /// <summary>Blocks to come whose bands hold nothing new.</summary>
    public int EmptyBands { get; set; }

    /// <summary>Decodes a band for the first time.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void DecodeFirst(ref BitReader source, Span<short> block)
    {
        BitReader bits = source;
        for (int k = _first; k <= _last; k++)
        {
            bits.Fill();
            int entry = _table.Values[bits.Peek(HuffmanTable.LookupBits)];
            int value;
            if ((entry & HuffmanTable.HoldsValue) != 0)
            {
                bits.Drop(entry & 0x1F);
                k += (entry >> 8) & 15;
                value = entry >> 16;
            }
            else
            {
                int symbol = bits.TakeSymbol(_table, entry);
                if ((symbol & 15) == 0 && symbol != 0xF0)
                {
                    EmptyBands = TakeRun(ref bits, symbol >> 4) - 1;
                    break;
                }

                k += symbol >> 4;
                if (symbol == 0xF0)
                {
                    continue;
                }

                value = bits.TakeValue(symbol & 15);
            }

            block[Zigzag.Places[k]] = (short)(value << _lowBit);
        }

        source = bits;
    }

    /// <summary>Decodes one more bit of a band.</summary>
    public void Refine(ref BitReader source, Span<short> block)
    {
        if (EmptyBands > 0 && !block[1..].ContainsAnyExcept((short)0))
        {
            EmptyBands--;
            return;
        }

        BitReader bits = source;
        int k = _first;
        if (EmptyBands == 0)
        {
            k = RefineUpToEnd(ref bits, block);
        }

        if (EmptyBands > 0)
        {
            for (; k <= _last; k++)
            {
                RefineOne(ref bits, ref block[Zigzag.Places[k]]);
            }

            EmptyBands--;
        }

        source = bits;
    }

    // Returns where the band ended; then EmptyBands counts this block too.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int RefineUpToEnd(ref BitReader bits, Span<short> block)
    {
        for (int k = _first; k <= _last; k++)
        {
            bits.Fill();
            int symbol = bits.TakeSymbol(_table);
            int zeros = symbol >> 4;
            int value = 0;
            if ((symbol & 15) != 0)
            {
                // The size should be 1; damaged data are read as if it were.
                value = (bits.Take(1) != 0 ? 1 : -1) << _lowBit;
            }
            else if (zeros != 15)
            {
                EmptyBands = TakeRun(ref bits, zeros);
                return k;
            }

            k = PassZeros(ref bits, block, k, zeros);
            if (value != 0)
            {
                block[Zigzag.Places[k]] = (short)value;
            }
        }

        return _last + 1;
    }

    // Goes past as many zeros as told, refining what is not zero, up to the zero behind them or the band's end.
    private int PassZeros(ref BitReader bits, Span<short> block, int k, int zeros)
    {
        for (; k <= _last; k++)
        {
            ref short coefficient = ref block[Zigzag.Places[k]];
            if (coefficient == 0 && --zeros < 0)
            {
                break;
            }

            RefineOne(ref bits, ref coefficient);
        }

        return k;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void RefineOne(ref BitReader bits, ref short coefficient)
    {
        if (coefficient == 0)
        {
            return;
        }

        bits.Fill();
        int bit = 1 << _lowBit;
        if (bits.Take(1) != 0 && (coefficient & bit) == 0)
        {
            coefficient += (short)(coefficient >= 0 ? bit : -bit);
        }
    }

    private static int TakeRun(ref BitReader bits, int size) => (1 << size) + (size == 0 ? 0 : bits.Take(size));
}

/// <summary>Decodes blocks of sequential scans (T.81, F.2.2).</summary>
internal static class SequentialBlock
{
    /// <summary>Decodes one block.</summary>
    /// <param name="source">The bits.</param>
    /// <param name="dc">The table of DC differences.</param>
    /// <param name="ac">The table of AC coefficients.</param>
    /// <param name="prediction">The component's last DC coefficient.</param>
    /// <param name="factors">What each coefficient is multiplied by, in zigzag order, with <see cref="Zigzag.Overrun"/> more; products
    /// wrap.</param>
    /// <param name="block">64 coefficients, row by row, all 0.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Decode(
        ref BitReader source,
        HuffmanTable dc,
        HuffmanTable ac,
        ref int prediction,
        ReadOnlySpan<short> factors,
        Span<short> block
    )
    {
        BitReader bits = source;
        factors = factors[..(64 + Zigzag.Overrun)];
        prediction += Difference(ref bits, dc);
        block[0] = (short)((short)prediction * factors[0]);
        for (int k = 1; k < 64; k++)
        {
            bits.Fill();
            int entry = ac.Values[bits.Peek(HuffmanTable.LookupBits)];
            int value;
            if ((entry & HuffmanTable.HoldsValue) != 0)
            {
                bits.Drop(entry & 0x1F);
                k += (entry >> 8) & 15;
                value = entry >> 16;
            }
            else
            {
                int symbol = bits.TakeSymbol(ac, entry);
                k += symbol >> 4;
                if ((symbol & 15) == 0)
                {
                    if (symbol != 0xF0)
                    {
                        break;
                    }

                    continue;
                }

                value = bits.TakeValue(symbol & 15);
            }

            block[Zigzag.Places[k]] = (short)(value * factors[k]);
        }

        source = bits;
    }

    /// <summary>Decodes a DC difference.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Difference(ref BitReader bits, HuffmanTable dc)
    {
        bits.Fill();
        int entry = dc.Values[bits.Peek(HuffmanTable.LookupBits)];
        if ((entry & HuffmanTable.HoldsValue) != 0)
        {
            bits.Drop(entry & 0x1F);
            return entry >> 16;
        }

        int size = bits.TakeSymbol(dc, entry);
        return size == 0 ? 0 : bits.TakeValue(size);
    }
}
