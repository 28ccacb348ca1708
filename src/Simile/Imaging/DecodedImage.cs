namespace Simile.Imaging;

/// <summary>What a decoder returns: the stored pixels and how the camera was held.</summary>
/// <param name="Image">The pixels as stored, converted to RGB as Pillow's <c>convert("RGB")</c> does (transparency is dropped, not
/// blended).</param>
/// <param name="Format">The container.</param>
/// <param name="Orientation">EXIF orientation, 1 to 8; 1 where the file says nothing or nonsense.</param>
public sealed record DecodedImage(RgbImage Image, ImageFormat Format, int Orientation = 1);
