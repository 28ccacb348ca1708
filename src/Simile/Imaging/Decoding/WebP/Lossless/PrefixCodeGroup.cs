namespace Simile.Imaging.Decoding.WebP.Lossless;

/// <summary>The five prefix codes that a part of a picture is coded with (WebP lossless, 6.2.2).</summary>
internal sealed class PrefixCodeGroup
{
    public const int Literals = 256,
        Lengths = 24,
        Distances = 40;
    private const int LargestAlphabet = Literals + Lengths + (1 << 11);

    private PrefixCodeGroup(uint[] tables, ReadOnlySpan<int> starts, ReadOnlySpan<uint> masks)
    {
        Green = new PrefixCode(tables, starts[0], masks[0]);
        Red = new PrefixCode(tables, starts[1], masks[1]);
        Blue = new PrefixCode(tables, starts[2], masks[2]);
        Alpha = new PrefixCode(tables, starts[3], masks[3]);
        Distance = new PrefixCode(tables, starts[4], masks[4]);
        HasConstantColours = Red.IsConstant && Blue.IsConstant && Alpha.IsConstant;
        if (HasConstantColours)
        {
            ConstantColours = ((uint)Alpha.Constant << 24) | ((uint)Red.Constant << 16) | (uint)Blue.Constant;
            IsConstant = Green.IsConstant && Green.Constant < Literals;
            ConstantColours |= IsConstant ? (uint)Green.Constant << 8 : 0;
        }
    }

    /// <summary>Green, lengths of copies, and places in the colour cache.</summary>
    public PrefixCode Green { get; }

    public PrefixCode Red { get; }

    public PrefixCode Blue { get; }

    public PrefixCode Alpha { get; }

    public PrefixCode Distance { get; }

    /// <summary>Whether red, blue and alpha take no bits.</summary>
    public bool HasConstantColours { get; }

    /// <summary>Whether a pixel takes no bits at all.</summary>
    public bool IsConstant { get; }

    /// <summary>A pixel's constant parts.</summary>
    public uint ConstantColours { get; }

    /// <summary>What the tables take.</summary>
    public long Bytes => 256 + (sizeof(uint) * (long)Green.Table.Length);

    /// <summary>Reads a group.</summary>
    public static PrefixCodeGroup Read(ref BitReader bits, int cacheSize)
    {
        Span<byte> scratch = stackalloc byte[LargestAlphabet];
        Span<int> starts = stackalloc int[5];
        Span<uint> masks = stackalloc uint[5];
        var tables = new List<uint>();
        for (var i = 0; i < 5; i++)
        {
            var alphabet = i switch
            {
                0 => Literals + Lengths + cacheSize,
                4 => Distances,
                _ => Literals,
            };
            starts[i] = tables.Count;
            masks[i] = PrefixCodeReader.Read(ref bits, alphabet, tables, scratch);
        }

        return new PrefixCodeGroup([.. tables], starts, masks);
    }
}

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
