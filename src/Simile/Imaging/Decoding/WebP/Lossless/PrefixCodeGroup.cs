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
