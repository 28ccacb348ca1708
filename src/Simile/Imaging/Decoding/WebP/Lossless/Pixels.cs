using System.Runtime.CompilerServices;

namespace Simile.Imaging.Decoding.WebP.Lossless;

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
