namespace Simile.Imaging;

/// <summary>The container a picture came in.</summary>
public enum ImageFormat
{
    /// <summary>JPEG (ITU-T T.81).</summary>
    Jpeg,

    /// <summary>PNG (W3C, third edition).</summary>
    Png,

    /// <summary>GIF 87a and 89a; the first frame.</summary>
    Gif,

    /// <summary>Windows bitmap.</summary>
    Bmp,

    /// <summary>WebP, lossy or lossless; the first frame.</summary>
    WebP,

    /// <summary>A container that a decoder of the user's own reads.</summary>
    Other,
}
