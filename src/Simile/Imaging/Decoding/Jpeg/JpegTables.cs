using System.Buffers.Binary;

namespace Simile.Imaging.Decoding.Jpeg;

/// <summary>The tables a file has defined so far.</summary>
internal sealed class JpegTables
{
    private const int Slots = 4;
    private readonly HuffmanCodes?[] _dc = new HuffmanCodes?[Slots];
    private readonly HuffmanCodes?[] _ac = new HuffmanCodes?[Slots];
    private readonly ushort[]?[] _quantization = new ushort[]?[Slots];

    /// <summary>Reads a segment of quantization tables (T.81, B.2.4.1).</summary>
    public void ReadQuantization(ReadOnlySpan<byte> segment)
    {
        while (!segment.IsEmpty)
        {
            int slot = segment[0] & 15;
            int bytes = segment[0] >> 4 == 0 ? 1 : 2;
            if (slot >= Slots || segment.Length < 1 + (64 * bytes))
            {
                throw ImageErrors.Damaged($"a quantization table of {segment.Length - 1} bytes for slot {slot}");
            }

            ushort[] table = new ushort[64];
            for (int i = 0; i < table.Length; i++)
            {
                table[i] = bytes == 1 ? segment[1 + i] : BinaryPrimitives.ReadUInt16BigEndian(segment[(1 + (2 * i))..]);
            }

            _quantization[slot] = table;
            segment = segment[(1 + (64 * bytes))..];
        }
    }

    /// <summary>Reads a segment of Huffman tables (T.81, B.2.4.2).</summary>
    public void ReadHuffman(ReadOnlySpan<byte> segment)
    {
        while (segment.Length >= 17)
        {
            (int kind, int slot) = (segment[0] >> 4, segment[0] & 15);
            ReadOnlySpan<byte> counts = segment.Slice(1, 16);
            int symbols = 0;
            foreach (byte count in counts)
            {
                symbols += count;
            }

            segment = segment[17..];
            if (kind > 1 || slot >= Slots || symbols > Math.Min(256, segment.Length))
            {
                throw ImageErrors.Damaged($"a Huffman table of kind {kind} for slot {slot} with {symbols} codes");
            }

            (kind == 0 ? _dc : _ac)[slot] = new HuffmanCodes(counts.ToArray(), segment[..symbols].ToArray());
            segment = segment[symbols..];
        }

        if (!segment.IsEmpty)
        {
            throw ImageErrors.Damaged($"{segment.Length} bytes behind its Huffman tables");
        }
    }

    /// <summary>Fills what a sequential file has left out with the tables of T.81, K.3, as frames of Motion JPEG expect.</summary>
    public void FillStandardHuffman()
    {
        for (int slot = 0; slot < 2; slot++)
        {
            _dc[slot] ??= StandardHuffman.Dc(slot);
            _ac[slot] ??= StandardHuffman.Ac(slot);
        }
    }

    /// <summary>A DC table.</summary>
    public HuffmanTable Dc(int slot)
    {
        HuffmanTable table = Find(_dc, slot).Table;
        return table.FitsDc ? table : throw ImageErrors.Damaged("a Huffman table of DC differences has sizes over 15");
    }

    /// <summary>An AC table.</summary>
    public HuffmanTable Ac(int slot) => Find(_ac, slot).Table;

    /// <summary>A quantization table, in zigzag order.</summary>
    public ushort[] Quantization(int slot) => Find(_quantization, slot);

    private static T Find<T>(T?[] tables, int slot)
        where T : class => (slot < Slots ? tables[slot] : null) ?? throw ImageErrors.Damaged($"table {slot} is used but not defined");
}

/// <summary>A Huffman table made ready for decoding (T.81, annexes C and F.2.2).</summary>
internal sealed class HuffmanTable
{
    /// <summary>Bits that one look-up resolves.</summary>
    public const int LookupBits = 10;

    /// <summary>Set in entries of <see cref="Values"/> that hold the value too.</summary>
    public const int HoldsValue = 0x80;

    private const int LongestCode = 16;
    private readonly int[] _largestCodes = new int[LongestCode + 1];
    private readonly int[] _symbolOffsets = new int[LongestCode + 1];
    private readonly byte[] _symbols;

    /// <summary>Makes a table ready.</summary>
    /// <param name="counts">How many codes there are of each length from 1 to 16.</param>
    /// <param name="symbols">What the codes stand for, shortest codes first.</param>
    public HuffmanTable(ReadOnlySpan<byte> counts, ReadOnlySpan<byte> symbols)
    {
        _symbols = symbols.ToArray();
        int code = 0;
        int first = 0;
        for (int length = 1; length <= LongestCode; length++, code <<= 1)
        {
            int count = counts[length - 1];
            _symbolOffsets[length] = first - code;
            FillCodes(length, code, symbols.Slice(first, count));
            (first, code) = (first + count, code + count);
            _largestCodes[length] = count == 0 ? -1 : code - 1;
            if (count > 0 && code >= 1 << length)
            {
                throw ImageErrors.Damaged($"its Huffman codes of {length} bits are too many");
            }
        }

        FillValues();
    }

    /// <summary>By the next bits: symbol × 256 + length of its code; 0 where the code is longer than the look-up.</summary>
    public ushort[] Codes { get; } = new ushort[1 << LookupBits];

    /// <summary>By the next bits: value × 65536 + zeros before it × 256 + <see cref="HoldsValue"/> + bits of code and value; else as
    /// <see cref="Codes"/>.</summary>
    public int[] Values { get; } = new int[1 << LookupBits];

    /// <summary>Whether all symbols are sizes of DC differences.</summary>
    public bool FitsDc => !_symbols.AsSpan().ContainsAnyExceptInRange((byte)0, (byte)15);

    /// <summary>Decodes a code longer than the look-up. A code that the table lacks counts as 0, after 17 bits.</summary>
    /// <param name="next">The next 16 bits.</param>
    /// <param name="length">The bits of the code.</param>
    public int LongSymbol(int next, out int length)
    {
        for (length = LookupBits + 1; length <= LongestCode; length++)
        {
            int code = next >> (LongestCode - length);
            if (code <= _largestCodes[length])
            {
                return _symbols[code + _symbolOffsets[length]];
            }
        }

        return 0;
    }

    private void FillCodes(int length, int code, ReadOnlySpan<byte> symbols)
    {
        if (length > LookupBits || code + symbols.Length > 1 << length)
        {
            return;
        }

        int repeats = 1 << (LookupBits - length);
        for (int i = 0; i < symbols.Length; i++)
        {
            Codes.AsSpan((code + i) * repeats, repeats).Fill((ushort)((symbols[i] << 8) | length));
        }
    }

    private void FillValues()
    {
        for (int bits = 0; bits < Values.Length; bits++)
        {
            int entry = Codes[bits];
            (int length, int size) = (entry & 0xFF, (entry >> 8) & 15);
            int behind = LookupBits - length - size;
            if (length == 0 || size == 0 || behind < 0)
            {
                Values[bits] = entry;
                continue;
            }

            int value = Extend((bits >> behind) & ((1 << size) - 1), size);
            Values[bits] = (value << 16) | ((entry >> 12) << 8) | HoldsValue | (length + size);
        }
    }

    /// <summary>The value that a size and as many bits stand for (T.81, figure F.12).</summary>
    public static int Extend(int bits, int size) => bits < 1 << (size - 1) ? bits - (1 << size) + 1 : bits;
}

/// <summary>A Huffman table as the file defines it. Made ready, and checked, when a scan uses it: tables that none uses may be
/// nonsense.</summary>
/// <param name="counts">How many codes there are of each length from 1 to 16.</param>
/// <param name="symbols">What the codes stand for.</param>
internal sealed class HuffmanCodes(byte[] counts, byte[] symbols)
{
    private HuffmanTable? _table;

    /// <summary>The table, ready for decoding.</summary>
    public HuffmanTable Table => _table ??= new HuffmanTable(counts, symbols);
}

/// <summary>The typical Huffman tables of T.81, K.3.3: slot 0 for luminance, 1 for chrominance. Counts of codes by length, then symbols, in
/// hexadecimal.</summary>
internal static class StandardHuffman
{
    private const string LuminanceDc = "00010501010101010100000000000000000102030405060708090a0b";

    private const string LuminanceAc =
        "0002010303020403050504040000017d01020300041105122131410613516107227114328191a1082342b1c11552d1f0"
        + "2433627282090a161718191a25262728292a3435363738393a434445464748494a535455565758595a63646566676869"
        + "6a737475767778797a838485868788898a92939495969798999aa2a3a4a5a6a7a8a9aab2b3b4b5b6b7b8b9bac2c3c4c5"
        + "c6c7c8c9cad2d3d4d5d6d7d8d9dae1e2e3e4e5e6e7e8e9eaf1f2f3f4f5f6f7f8f9fa";

    private const string ChrominanceDc = "00030101010101010101010000000000000102030405060708090a0b";

    private const string ChrominanceAc =
        "00020102040403040705040400010277000102031104052131061241510761711322328108144291a1b1c109233352f0"
        + "156272d10a162434e125f11718191a262728292a35363738393a434445464748494a535455565758595a636465666768"
        + "696a737475767778797a82838485868788898a92939495969798999aa2a3a4a5a6a7a8a9aab2b3b4b5b6b7b8b9bac2c3"
        + "c4c5c6c7c8c9cad2d3d4d5d6d7d8d9dae2e3e4e5e6e7e8e9eaf2f3f4f5f6f7f8f9fa";

    /// <summary>The table of DC differences.</summary>
    public static HuffmanCodes Dc(int slot) => Parse(slot == 0 ? LuminanceDc : ChrominanceDc);

    /// <summary>The table of AC coefficients.</summary>
    public static HuffmanCodes Ac(int slot) => Parse(slot == 0 ? LuminanceAc : ChrominanceAc);

    private static HuffmanCodes Parse(string digits)
    {
        byte[] bytes = Convert.FromHexString(digits);
        return new HuffmanCodes(bytes[..16], bytes[16..]);
    }
}
