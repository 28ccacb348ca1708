namespace Simile.Imaging.Decoding.Png;

/// <summary>How pixels are stored (PNG, third edition, table 11.1).</summary>
/// <param name="Depth">Bits of a sample.</param>
/// <param name="Colour">The colour type.</param>
internal readonly record struct PixelFormat(int Depth, int Colour)
{
    public const int Grey = 0;
    public const int Rgb = 2;
    public const int Palette = 3;
    public const int GreyAlpha = 4;
    public const int Rgba = 6;

    /// <summary>Whether the pair occurs in the table.</summary>
    public bool IsAllowed =>
        (Colour, Depth) switch
        {
            (Grey, 1 or 2 or 4 or 8 or 16) => true,
            (Palette, 1 or 2 or 4 or 8) => true,
            (Rgb or GreyAlpha or Rgba, 8 or 16) => true,
            _ => false,
        };

    /// <summary>Bits of a pixel.</summary>
    public int BitsPerPixel =>
        Depth
        * (
            Colour switch
            {
                Rgb => 3,
                GreyAlpha => 2,
                Rgba => 4,
                _ => 1,
            }
        );

    /// <summary>How far back filters look, in bytes.</summary>
    public int FilterDistance => (BitsPerPixel + 7) / 8;

    /// <summary>Bytes of a row of pixels, without its filter's byte.</summary>
    public long RowBytes(long width) => ((width * BitsPerPixel) + 7) / 8;
}
