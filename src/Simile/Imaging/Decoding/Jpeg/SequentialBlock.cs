using System.Runtime.CompilerServices;

namespace Simile.Imaging.Decoding.Jpeg;

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
