using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Simile.Imaging.Decoding.WebP.Lossless;

/// <summary>Decodes VP8L pictures into RGB; alpha is dropped.</summary>
internal static class LosslessDecoder
{
    private const int HeaderBytes = 5;

    /// <summary>Decodes a picture.</summary>
    /// <param name="data">The chunk's payload.</param>
    /// <param name="budget">What it may cost.</param>
    public static RgbImage Decode(ReadOnlySpan<byte> data, DecodeBudget budget)
    {
        var (width, height) = PictureSize.Lossless(data);
        budget.CheckMemory((3L + sizeof(uint)) * width * height);
        var stream = new LosslessStream(data[HeaderBytes..], budget);
        var (pixels, packedWidth) = stream.Read(width, height);
        var image = RgbImage.Uninitialized(width, height);
        var row = new uint[width];
        for (var y = 0; y < height; y++)
        {
            if ((y & 15) == 0)
            {
                budget.CheckTime();
            }

            pixels.AsSpan(y * packedWidth, packedWidth).CopyTo(row);
            for (var i = stream.Transforms.Count - 1; i >= 0; i--)
            {
                stream.Transforms[i].Undo(y, row);
            }

            ToRgb(row, image.Writable.Slice(y * width * 3, width * 3));
        }

        return image;
    }

    /// <summary>Puts the colours of ARGB pixels one after another.</summary>
    internal static void ToRgb(ReadOnlySpan<uint> pixels, Span<byte> colours)
    {
        var order = Vector128.Create((byte)2, 1, 0, 6, 5, 4, 10, 9, 8, 14, 13, 12, 255, 255, 255, 255);
        var x = 0;
        // Each store writes four bytes too many, which the next one overwrites.
        for (; x < pixels.Length - 5; x += Vector128<uint>.Count)
        {
            Vector128.Shuffle(Vector128.Create(pixels.Slice(x, 4)).AsByte(), order).CopyTo(colours[(3 * x)..]);
        }

        for (; x < pixels.Length; x++)
        {
            (colours[3 * x], colours[(3 * x) + 1], colours[(3 * x) + 2]) = (
                (byte)(pixels[x] >> 16),
                (byte)(pixels[x] >> 8),
                (byte)pixels[x]
            );
        }
    }
}

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

/// <summary>Adds up what a picture takes, and asks the budget each time.</summary>
internal sealed class MemoryClaim(DecodeBudget budget)
{
    private long _bytes;

    /// <summary>What the picture may cost.</summary>
    public DecodeBudget Budget => budget;

    /// <summary>Asks for more.</summary>
    public void Add(long bytes)
    {
        _bytes += bytes;
        budget.CheckMemory(_bytes);
        budget.CheckTime();
    }
}

/// <summary>Refuses the ALPH chunks that libwebp refuses (WebP container, "Alpha"). What they hold is not kept.</summary>
internal static class AlphaCheck
{
    /// <summary>Reads a chunk to its end.</summary>
    public static void Run(ReadOnlySpan<byte> alpha, int width, int height, DecodeBudget budget)
    {
        var head = alpha.Length > 1 ? alpha[0] : 0xff;
        var (method, preprocessing, reserved) = (head & 3, (head >> 4) & 3, head >> 6);
        if (method > 1 || preprocessing > 1 || reserved > 1)
        {
            throw ImageErrors.Damaged("its ALPH chunk is empty or of an unknown kind");
        }

        if (method == 1)
        {
            new LosslessStream(alpha[1..], budget).Read(width, height, isAlpha: true);
        }
        else if (alpha.Length - 1 < (long)width * height)
        {
            throw ImageErrors.Damaged($"its ALPH chunk has {alpha.Length - 1} bytes for {width} × {height} pixels");
        }
    }
}

/// <summary>Arithmetic on the four bytes of a pixel at once.</summary>
internal static class Pixels
{
    private const uint Odd = 0x00ff00ff;

    /// <summary>The sums of the bytes, modulo 256.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Add(uint a, uint b) => (((a & ~Odd) + (b & ~Odd)) & ~Odd) | (((a & Odd) + (b & Odd)) & Odd);

    /// <summary>The means of the bytes, rounded down.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Mean(uint a, uint b) => (((a ^ b) & 0xfefefefe) >> 1) + (a & b);
}

/// <summary>Pictures cut into square blocks.</summary>
internal static class Blocks
{
    /// <summary>How many blocks of 2^bits pixels cover a length.</summary>
    public static int Count(int length, int bits) => (length + (1 << bits) - 1) >> bits;
}
