namespace Simile.Imaging.Decoding.WebP.Lossless;

/// <summary>Reads the lengths of prefix codes (WebP lossless, 6.2.1 "Decoding and building the prefix codes").</summary>
internal static class PrefixCodeReader
{
    private const int LiteralLengths = 16;
    private static ReadOnlySpan<byte> Order => [17, 18, 0, 1, 2, 3, 4, 5, 16, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];

    /// <summary>Reads a code for an alphabet and appends its table.</summary>
    /// <param name="bits">The stream.</param>
    /// <param name="alphabet">How many symbols there are.</param>
    /// <param name="tables">Where the table is appended.</param>
    /// <param name="scratch">Room for a length a symbol.</param>
    /// <returns>The mask of the first table.</returns>
    public static uint Read(ref BitReader bits, int alphabet, List<uint> tables, scoped Span<byte> scratch)
    {
        var lengths = scratch[..Math.Max(alphabet, 256)];
        lengths.Clear();
        if (bits.Flag())
        {
            Simple(ref bits, lengths);
        }
        else
        {
            Normal(ref bits, lengths[..alphabet]);
        }

        return bits.IsPastEnd ? throw ImageErrors.Damaged("it ends within a prefix code") : PrefixCode.Append(tables, lengths[..alphabet]);
    }

    private static void Simple(ref BitReader bits, scoped Span<byte> lengths)
    {
        var hasTwo = bits.Flag();
        lengths[bits.Read(bits.Flag() ? 8 : 1)] = 1;
        if (hasTwo)
        {
            lengths[bits.Read(8)] = 1;
        }
    }

    private static void Normal(ref BitReader bits, scoped Span<byte> lengths)
    {
        Span<byte> lengthsOfLengths = stackalloc byte[Order.Length];
        lengthsOfLengths.Clear();
        var count = bits.Read(4) + 4;
        for (var i = 0; i < count; i++)
        {
            lengthsOfLengths[Order[i]] = (byte)bits.Read(3);
        }

        var tables = new List<uint>(1 << 7);
        var mask = PrefixCode.Append(tables, lengthsOfLengths);
        var code = new PrefixCode([.. tables], 0, mask);
        var symbols = bits.Flag() ? 2 + bits.Read(2 + (2 * bits.Read(3))) : lengths.Length;
        if (symbols > lengths.Length)
        {
            throw ImageErrors.Damaged("a prefix code has more symbols than its alphabet");
        }

        Lengths(ref bits, code, symbols, lengths);
    }

    private static void Lengths(ref BitReader bits, PrefixCode code, int symbols, scoped Span<byte> lengths)
    {
        byte previous = 8;
        for (var at = 0; at < lengths.Length && symbols > 0; symbols--)
        {
            bits.Fill();
            var length = code.Symbol(ref bits);
            if (length < LiteralLengths)
            {
                lengths[at++] = (byte)length;
                previous = length == 0 ? previous : (byte)length;
                continue;
            }

            var repeat = length switch
            {
                LiteralLengths => 3 + bits.Take(2),
                17 => 3 + bits.Take(3),
                _ => 11 + bits.Take(7),
            };
            if (at + repeat > lengths.Length)
            {
                throw ImageErrors.Damaged("a prefix code repeats a length past its alphabet");
            }

            lengths.Slice(at, repeat).Fill(length == LiteralLengths ? previous : (byte)0);
            at += repeat;
        }
    }
}
