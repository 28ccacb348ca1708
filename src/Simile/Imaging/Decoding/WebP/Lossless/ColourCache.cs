using System.Runtime.CompilerServices;

namespace Simile.Imaging.Decoding.WebP.Lossless;

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
