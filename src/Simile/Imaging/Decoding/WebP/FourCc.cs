namespace Simile.Imaging.Decoding.WebP;

/// <summary>The names of RIFF chunks as little-endian numbers.</summary>
internal static class FourCc
{
    public const uint Riff = 'R' | ('I' << 8) | ('F' << 16) | ((uint)'F' << 24);
    public const uint WebP = 'W' | ('E' << 8) | ('B' << 16) | ((uint)'P' << 24);
    public const uint Lossy = 'V' | ('P' << 8) | ('8' << 16) | ((uint)' ' << 24);
    public const uint Lossless = 'V' | ('P' << 8) | ('8' << 16) | ((uint)'L' << 24);
    public const uint Extended = 'V' | ('P' << 8) | ('8' << 16) | ((uint)'X' << 24);
    public const uint Alpha = 'A' | ('L' << 8) | ('P' << 16) | ((uint)'H' << 24);
    public const uint Animation = 'A' | ('N' << 8) | ('I' << 16) | ((uint)'M' << 24);
    public const uint AnimationFrame = 'A' | ('N' << 8) | ('M' << 16) | ((uint)'F' << 24);
    public const uint Exif = 'E' | ('X' << 8) | ('I' << 16) | ((uint)'F' << 24);
}
