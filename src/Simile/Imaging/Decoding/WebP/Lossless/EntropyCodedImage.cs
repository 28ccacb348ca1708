using System.Runtime.CompilerServices;

namespace Simile.Imaging.Decoding.WebP.Lossless;

/// <summary>Decodes pixels: literals, copies of pixels before, and colours from the cache (WebP lossless, 6.2.3).</summary>
/// <param name="map">The codes.</param>
/// <param name="cacheBits">The colour cache's size as a power of two; 0 for none.</param>
/// <param name="budget">Asked for time.</param>
internal sealed class EntropyCodedImage(PrefixCodeMap map, int cacheBits, DecodeBudget budget)
{
    private const int RowsBetweenChecks = 16;
    private readonly ColourCache? _cache = cacheBits > 0 ? new ColourCache(cacheBits) : null;

    /// <summary>Whether only green is coded, without a cache.</summary>
    public bool OnlyGreen => _cache is null && map.OnlyGreen;

    /// <summary>Decodes all pixels.</summary>
    /// <param name="reader">The stream.</param>
    /// <param name="pixels">(H, W) pixels as ARGB.</param>
    /// <param name="width">Columns.</param>
    /// <param name="allowsShortEnd">Whether bits may lack in the last symbol.</param>
    /// <returns>Whether the stream had bits enough.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public bool Decode(ref BitReader reader, Span<uint> pixels, int width, bool allowsShortEnd = false)
    {
        var bits = reader;
        var (at, x, y, nextCheck, mask) = (0, 0, 0, RowsBetweenChecks, map.BlockMask);
        var group = map.At(0, 0);
        while (at < pixels.Length)
        {
            if ((x & mask) == 0)
            {
                group = map.At(x, y);
            }

            var length = 1;
            if (group.IsConstant)
            {
                pixels[at] = group.ConstantColours;
            }
            else
            {
                bits.Fill();
                var symbol = Symbol(ref bits, group.Green);
                if (symbol < PrefixCodeGroup.Literals)
                {
                    pixels[at] = ((uint)symbol << 8) | (group.HasConstantColours ? group.ConstantColours : Colours(ref bits, group));
                }
                else if (symbol < PrefixCodeGroup.Literals + PrefixCodeGroup.Lengths)
                {
                    length = Extended(ref bits, symbol - PrefixCodeGroup.Literals);
                    var code = Symbol(ref bits, group.Distance);
                    bits.Fill();
                    Copy(pixels, at, DistanceMap.Distance(Extended(ref bits, code), width), length);
                }
                else
                {
                    pixels[at] = _cache!.Find(symbol - PrefixCodeGroup.Literals - PrefixCodeGroup.Lengths, pixels[..at]);
                }

                if (bits.IsPastEnd)
                {
                    return allowsShortEnd && at + length == pixels.Length;
                }
            }

            at += length;
            x += length;
            if (x >= width)
            {
                y += x / width;
                x %= width;
                group = map.At(0, Math.Min(y, (pixels.Length / width) - 1));
                nextCheck = Check(y, nextCheck);
            }

            if (length > 1 && (x & mask) != 0 && at < pixels.Length)
            {
                group = map.At(x, y);
            }
        }

        reader = bits;
        return at == pixels.Length;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Symbol(ref BitReader bits, in PrefixCode code) => PrefixCode.Symbol(ref bits, ref code.Table[code.Start], code.Mask);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Colours(ref BitReader bits, PrefixCodeGroup group)
    {
        var red = (uint)Symbol(ref bits, group.Red);
        bits.Fill();
        var blue = (uint)Symbol(ref bits, group.Blue);
        return ((uint)Symbol(ref bits, group.Alpha) << 24) | (red << 16) | blue;
    }

    // Lengths and distances: a power of two, half a one more, and extra bits (5.2.2).
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Extended(ref BitReader bits, int symbol)
    {
        if (symbol < 4)
        {
            return symbol + 1;
        }

        var extra = (symbol - 2) >> 1;
        return ((2 + (symbol & 1)) << extra) + bits.Take(extra) + 1;
    }

    private static void Copy(Span<uint> pixels, int at, int distance, int length)
    {
        if (distance > at || length > pixels.Length - at)
        {
            throw ImageErrors.Damaged("a copy reaches outside the picture");
        }

        var source = pixels.Slice(at - distance, length);
        var target = pixels.Slice(at, length);
        if (distance >= length)
        {
            source.CopyTo(target);
        }
        else if (distance == 1)
        {
            target.Fill(source[0]);
        }
        else
        {
            for (var i = 0; i < target.Length; i++)
            {
                target[i] = source[i];
            }
        }
    }

    private int Check(int y, int nextCheck)
    {
        if (y < nextCheck)
        {
            return nextCheck;
        }

        budget.CheckTime();
        return y + RowsBetweenChecks;
    }
}

/// <summary>Colours used of late, found by a hash (WebP lossless, 5.2.3).</summary>
internal sealed class ColourCache(int bits)
{
    private const uint Multiplier = 0x1e35a7bd;
    private readonly uint[] _colours = new uint[1 << bits];
    private readonly int _shift = 32 - bits;
    private int _added;

    /// <summary>The colour at a place, once all pixels up to now are in the cache.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint Find(int place, ReadOnlySpan<uint> pixels)
    {
        var colours = _colours;
        for (; _added < pixels.Length; _added++)
        {
            var pixel = pixels[_added];
            colours[(pixel * Multiplier) >> _shift] = pixel;
        }

        return colours[place];
    }
}
