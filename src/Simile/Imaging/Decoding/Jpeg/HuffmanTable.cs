namespace Simile.Imaging.Decoding.Jpeg;

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
