namespace Simile.Imaging.Decoding.WebP.Lossless;

/// <summary>Which group of prefix codes each block of a picture is coded with (WebP lossless, 6.2.2 "Decoding of meta prefix
/// codes").</summary>
internal sealed class PrefixCodeMap
{
    private readonly PrefixCodeGroup?[] _groups;
    private readonly uint[]? _blocks;
    private readonly int _bits;
    private readonly int _blocksPerRow;

    private PrefixCodeMap(PrefixCodeGroup?[] groups, uint[]? blocks, int bits, int blocksPerRow) =>
        (_groups, _blocks, _bits, _blocksPerRow) = (groups, blocks, bits, blocksPerRow);

    /// <summary>A column that has none of these bits is a block's first.</summary>
    public int BlockMask => _blocks is null ? -1 : (1 << _bits) - 1;

    /// <summary>Whether no group codes red, blue or alpha.</summary>
    public bool OnlyGreen => Array.TrueForAll(_groups, group => group?.HasConstantColours ?? true);

    /// <summary>The group at a pixel.</summary>
    public PrefixCodeGroup At(int x, int y) => _groups[_blocks is null ? 0 : _blocks[((y >> _bits) * _blocksPerRow) + (x >> _bits)]]!;

    /// <summary>One group for the whole picture.</summary>
    public static PrefixCodeMap Single(ref BitReader bits, int cacheSize) => new([PrefixCodeGroup.Read(ref bits, cacheSize)], null, 0, 0);

    /// <summary>A group for each block.</summary>
    /// <param name="bits">The stream.</param>
    /// <param name="blocks">The entropy image: a group's number in red and green.</param>
    /// <param name="sizeBits">A block's columns, as a power of two.</param>
    /// <param name="blocksPerRow">Columns of the entropy image.</param>
    /// <param name="cacheSize">Entries of the colour cache.</param>
    /// <param name="memory">Asked before the groups are kept.</param>
    public static PrefixCodeMap Read(ref BitReader bits, uint[] blocks, int sizeBits, int blocksPerRow, int cacheSize, MemoryClaim memory)
    {
        var used = new bool[1 << 16];
        var count = 1;
        foreach (ref var block in blocks.AsSpan())
        {
            block = (block >> 8) & 0xffff;
            used[block] = true;
            count = Math.Max(count, (int)block + 1);
        }

        var groups = new PrefixCodeGroup?[count];
        for (var i = 0; i < count; i++)
        {
            memory.Budget.CheckTime();
            var group = PrefixCodeGroup.Read(ref bits, cacheSize);
            if (used[i])
            {
                memory.Add(group.Bytes);
                groups[i] = group;
            }
        }

        return new PrefixCodeMap(groups, blocks, sizeBits, blocksPerRow);
    }
}
