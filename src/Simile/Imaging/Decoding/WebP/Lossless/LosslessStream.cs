namespace Simile.Imaging.Decoding.WebP.Lossless;

/// <summary>Reads a VP8L picture behind its header: transforms, colour cache, prefix codes, pixels (WebP lossless, 7 "Overall structure of
/// the format").</summary>
internal ref struct LosslessStream
{
    private readonly MemoryClaim _memory;
    private readonly List<IRowTransform> _transforms = [];
    private BitReader _bits;
    private int _seen;

    public LosslessStream(ReadOnlySpan<byte> data, DecodeBudget budget)
    {
        _bits = new BitReader(data);
        _memory = new MemoryClaim(budget);
    }

    /// <summary>The transforms, in the order in which they were applied.</summary>
    public readonly IReadOnlyList<IRowTransform> Transforms => _transforms;

    /// <summary>Reads everything.</summary>
    /// <param name="width">Columns.</param>
    /// <param name="height">Rows.</param>
    /// <param name="isAlpha">Whether this is an ALPH chunk, whose last symbol libwebp lets end early if only green is coded.</param>
    /// <returns>(H, packed W) pixels as ARGB, still transformed.</returns>
    public (uint[] Pixels, int PackedWidth) Read(int width, int height, bool isAlpha = false)
    {
        var packedWidth = width;
        while (_bits.Flag())
        {
            packedWidth = ReadTransform(packedWidth, height);
        }

        var image = ReadCodes(packedWidth, height, mayHaveBlocks: true);
        var allowsShortEnd = isAlpha && image.OnlyGreen && _transforms is [ColourIndexing];
        return (ReadPixels(image, packedWidth, height, allowsShortEnd), packedWidth);
    }

    private int ReadTransform(int width, int height)
    {
        var kind = _bits.Read(2);
        if ((_seen & (1 << kind)) != 0)
        {
            throw ImageErrors.Damaged("a transform occurs twice");
        }

        _seen |= 1 << kind;
        switch (kind)
        {
            case 0:
                var predictors = ReadBlocks(width, height, out var predictorBits);
                _transforms.Add(new Predictor(predictors, predictorBits, width));
                return width;
            case 1:
                var multipliers = ReadBlocks(width, height, out var multiplierBits);
                _transforms.Add(new CrossColour(multipliers, multiplierBits, width));
                return width;
            case 2:
                _transforms.Add(new SubtractGreen());
                return width;
            default:
                var colours = _bits.Read(8) + 1;
                var indexing = new ColourIndexing(ReadImage(colours, 1), width);
                _transforms.Add(indexing);
                return indexing.PackedWidth;
        }
    }

    private uint[] ReadBlocks(int width, int height, out int sizeBits)
    {
        sizeBits = _bits.Read(3) + 2;
        return ReadImage(Blocks.Count(width, sizeBits), Blocks.Count(height, sizeBits));
    }

    private uint[] ReadImage(int width, int height) =>
        ReadPixels(ReadCodes(width, height, mayHaveBlocks: false), width, height, allowsShortEnd: false);

    private EntropyCodedImage ReadCodes(int width, int height, bool mayHaveBlocks)
    {
        var cacheBits = 0;
        if (_bits.Flag())
        {
            cacheBits = _bits.Read(4);
            if (cacheBits is < 1 or > 11)
            {
                throw ImageErrors.Damaged($"its colour cache has 2^{cacheBits} entries; 2 to 2^11 are allowed");
            }
        }

        var cacheSize = cacheBits > 0 ? 1 << cacheBits : 0;
        if (!mayHaveBlocks || !_bits.Flag())
        {
            return new EntropyCodedImage(PrefixCodeMap.Single(ref _bits, cacheSize), cacheBits, _memory.Budget);
        }

        var blocks = ReadBlocks(width, height, out var sizeBits);
        var map = PrefixCodeMap.Read(ref _bits, blocks, sizeBits, Blocks.Count(width, sizeBits), cacheSize, _memory);
        return new EntropyCodedImage(map, cacheBits, _memory.Budget);
    }

    private uint[] ReadPixels(EntropyCodedImage image, int width, int height, bool allowsShortEnd)
    {
        _memory.Add(sizeof(uint) * (long)width * height);
        var pixels = GC.AllocateUninitializedArray<uint>(width * height);
        return image.Decode(ref _bits, pixels, width, allowsShortEnd) ? pixels : throw ImageErrors.Damaged("it ends before its last pixel");
    }
}
