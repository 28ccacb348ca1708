namespace Simile.Imaging.Decoding.Jpeg;

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
