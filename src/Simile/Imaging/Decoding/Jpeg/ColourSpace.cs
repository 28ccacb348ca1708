namespace Simile.Imaging.Decoding.Jpeg;

/// <summary>What the components mean.</summary>
internal enum ColourSpace
{
    /// <summary>One component.</summary>
    Grey,

    /// <summary>Red, green, blue.</summary>
    Rgb,

    /// <summary>Luminance and two chrominances (JFIF).</summary>
    Ycc,

    /// <summary>Inks, inverted.</summary>
    Cmyk,

    /// <summary>Inks whose first three are stored as YCbCr.</summary>
    Ycck,
}
