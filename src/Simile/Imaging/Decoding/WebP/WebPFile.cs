namespace Simile.Imaging.Decoding.WebP;

/// <summary>What the chunks of a file say.</summary>
/// <param name="Width">Columns of the canvas.</param>
/// <param name="Height">Rows of the canvas.</param>
/// <param name="Frame">The picture, or the animation's first.</param>
/// <param name="Exif">Where the EXIF block lies; empty if there is none.</param>
internal sealed record WebPFile(int Width, int Height, WebPFrame Frame, Range Exif);
