namespace Simile.Imaging.Resampling;

/// <summary>How pixels are weighted when a picture changes its size. All but nearest widen with the shrinking, so that nothing aliases. The
/// numbers are Pillow's.</summary>
internal enum ResampleFilter
{
    /// <summary>The pixel at the place, no other.</summary>
    Nearest = 0,

    /// <summary>Lanczos over three lobes on each side.</summary>
    Lanczos = 1,

    /// <summary>A triangle.</summary>
    Bilinear = 2,

    /// <summary>Keys' cubic with a = −0.5.</summary>
    Bicubic = 3,

    /// <summary>The mean of the pixels covered.</summary>
    Box = 4,

    /// <summary>A sinc under a Hamming window.</summary>
    Hamming = 5,
}
