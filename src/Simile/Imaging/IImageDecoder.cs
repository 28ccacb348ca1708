namespace Simile.Imaging;

/// <summary>Reads one container. Simile has its own decoders; add yours to <see cref="ImageReader"/> for another format.</summary>
/// <remarks>Decoders are stateless and may be called by many threads at once.</remarks>
public interface IImageDecoder
{
    /// <summary>Whether a file that begins so is this decoder's.</summary>
    /// <param name="head">The file's first bytes: at least 32, or the whole file if it is shorter.</param>
    bool Recognizes(ReadOnlySpan<byte> head);

    /// <summary>Decodes a file.</summary>
    /// <param name="file">The whole file.</param>
    /// <param name="budget">What it may cost: ask it before taking memory and every few rows.</param>
    /// <exception cref="SimileException">SIM111 too large, SIM112 damaged or truncated, SIM114 an unsupported variant, SIM115 too slow.
    /// Nothing else is thrown.</exception>
    DecodedImage Decode(ReadOnlySpan<byte> file, DecodeBudget budget);
}

/// <summary>What a decoder returns: the stored pixels and how the camera was held.</summary>
/// <param name="Image">The pixels as stored, converted to RGB as Pillow's <c>convert("RGB")</c> does (transparency is dropped, not
/// blended).</param>
/// <param name="Format">The container.</param>
/// <param name="Orientation">EXIF orientation, 1 to 8; 1 where the file says nothing or nonsense.</param>
public sealed record DecodedImage(RgbImage Image, ImageFormat Format, int Orientation = 1);
