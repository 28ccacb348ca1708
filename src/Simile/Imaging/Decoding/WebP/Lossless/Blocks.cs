namespace Simile.Imaging.Decoding.WebP.Lossless;

/// <summary>Pictures cut into square blocks.</summary>
internal static class Blocks
{
    /// <summary>How many blocks of 2^bits pixels cover a length.</summary>
    public static int Count(int length, int bits) => (length + (1 << bits) - 1) >> bits;
}
