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
