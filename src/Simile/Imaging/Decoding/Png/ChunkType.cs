namespace Simile.Imaging.Decoding.Png;

/// <summary>The chunks that matter, by their four letters as a big-endian number (PNG, third edition, 4.7 and 11).</summary>
internal static class ChunkType
{
    public const uint Header = 0x49484452;
    public const uint Palette = 0x504C5445;
    public const uint Data = 0x49444154;
    public const uint End = 0x49454E44;
    public const uint Transparency = 0x74524E53;
    public const uint Gamma = 0x67414D41;
    public const uint Chromaticity = 0x6348524D;
    public const uint StandardRgb = 0x73524742;
    public const uint PhysicalSize = 0x70485973;
    public const uint Profile = 0x69434350;
    public const uint Text = 0x74455874;
    public const uint CompressedText = 0x7A545874;
    public const uint InternationalText = 0x69545874;
    public const uint Exif = 0x65584966;
    public const uint AnimationControl = 0x6163544C;
    public const uint FrameControl = 0x6663544C;
    public const uint FrameData = 0x66644154;

    /// <summary>Data of a picture that another program has begun to write; Pillow reads it as data.</summary>
    public const uint DraftData = 0x44444154;
}
