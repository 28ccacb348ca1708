using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Simile.Imaging.Decoding.WebP.Lossless;

/// <summary>A canonical prefix code as a table: the next 8 bits (or fewer, where no code is so long) find a symbol, or a second table for
/// longer codes.</summary>
/// <remarks>An entry holds a symbol above its length in bits, or the distance to a second table above 8 plus the bits that index
/// it.</remarks>
/// <param name="Table">The entries, shared with other codes.</param>
/// <param name="Start">This code's first entry.</param>
/// <param name="Mask">The bits that index the first table.</param>
internal readonly record struct PrefixCode(uint[] Table, int Start, uint Mask)
{
    public const int RootBits = 8;
    public const int LongestCode = 15;

    /// <summary>Whether there is but one symbol, which takes no bits.</summary>
    public bool IsConstant => Mask == 0;

    /// <summary>The symbol of a constant code.</summary>
    public int Constant => (int)(Table[Start] >> 8);

    /// <summary>Reads a symbol from bits that were fetched.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Symbol(ref BitReader bits, ref uint table, uint mask)
    {
        var at = bits.Peek & mask;
        var entry = Unsafe.Add(ref table, at);
        var length = (int)(entry & 0xff);
        if (length > RootBits)
        {
            bits.Drop(RootBits);
            entry = Unsafe.Add(ref table, (entry >> 8) + (bits.Peek & ((1u << (length - RootBits)) - 1)));
            length = (int)(entry & 0xff);
        }

        bits.Drop(length);
        return (int)(entry >> 8);
    }

    /// <summary>Reads a symbol from bits that were fetched.</summary>
    public int Symbol(ref BitReader bits) => Symbol(ref bits, ref Table[Start], Mask);

    /// <summary>Appends the table of a code with these lengths, one a symbol, 0 for symbols that do not occur.</summary>
    /// <returns>The mask of the first table.</returns>
    /// <exception cref="SimileException">The lengths make no complete code.</exception>
    public static uint Append(List<uint> tables, ReadOnlySpan<byte> lengths)
    {
        Span<int> next = stackalloc int[LongestCode + 2];
        var (symbols, longest) = Count(lengths, next);
        var start = tables.Count;
        if (symbols == 1)
        {
            tables.Add((uint)lengths.IndexOfAnyExcept((byte)0) << 8);
            return 0;
        }

        var rootBits = Math.Min(longest, RootBits);
        CollectionsMarshal.SetCount(tables, start + (1 << rootBits));
        if (longest > RootBits)
        {
            Span<int> codes = stackalloc int[LongestCode + 2];
            next.CopyTo(codes);
            AppendSecondTables(tables, start, lengths, codes);
        }

        Fill(CollectionsMarshal.AsSpan(tables)[start..], 1 << rootBits, lengths, next);
        return (1u << rootBits) - 1;
    }

    // Afterwards first[n] is the first code of n bits.
    private static (int Symbols, int Longest) Count(ReadOnlySpan<byte> lengths, Span<int> first)
    {
        Span<int> counts = stackalloc int[LongestCode + 1];
        counts.Clear();
        foreach (var length in lengths)
        {
            counts[length]++;
        }

        var (symbols, longest, code) = (lengths.Length - counts[0], 0, 0);
        counts[0] = 0;
        for (var length = 1; length <= LongestCode; length++)
        {
            code = (code + counts[length - 1]) << 1;
            first[length] = code;
            longest = counts[length] > 0 ? length : longest;
            if (code + counts[length] > 1 << length)
            {
                throw ImageErrors.Damaged("a prefix code has too many codes");
            }
        }

        return symbols == 1 || (symbols > 1 && first[LongestCode] + counts[LongestCode] == 1 << LongestCode)
            ? (symbols, longest)
            : throw ImageErrors.Damaged("a prefix code is incomplete");
    }

    // The entry of a first table that stands for longer codes holds how long the longest of them is.
    private static void AppendSecondTables(List<uint> tables, int start, ReadOnlySpan<byte> lengths, Span<int> next)
    {
        Span<byte> longest = stackalloc byte[1 << RootBits];
        longest.Clear();
        foreach (var length in lengths)
        {
            if (length > 0)
            {
                var prefix = Reversed(next[length]++, length) & 0xff;
                longest[prefix] = Math.Max(longest[prefix], length);
            }
        }

        for (var prefix = 0; prefix < longest.Length; prefix++)
        {
            if (longest[prefix] > RootBits)
            {
                tables[start + prefix] = ((uint)(tables.Count - start) << 8) | longest[prefix];
                CollectionsMarshal.SetCount(tables, tables.Count + (1 << (longest[prefix] - RootBits)));
            }
        }
    }

    private static void Fill(Span<uint> table, int rootSize, ReadOnlySpan<byte> lengths, Span<int> next)
    {
        for (var symbol = 0; symbol < lengths.Length; symbol++)
        {
            int length = lengths[symbol];
            if (length == 0)
            {
                continue;
            }

            var code = Reversed(next[length]++, length);
            var (from, end, drop) = (0, rootSize, 0);
            if (length > RootBits)
            {
                var link = table[code & 0xff];
                (from, drop) = ((int)(link >> 8), RootBits);
                end = from + (1 << (int)((link & 0xff) - RootBits));
            }

            for (var at = from + (code >> drop); at < end; at += 1 << (length - drop))
            {
                table[at] = ((uint)symbol << 8) | (uint)(drop > 0 ? length - drop : length);
            }
        }
    }

    private static int Reversed(int code, int length)
    {
        var reversed = 0;
        for (; length > 0; length--, code >>= 1)
        {
            reversed = (reversed << 1) | (code & 1);
        }

        return reversed;
    }
}

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
