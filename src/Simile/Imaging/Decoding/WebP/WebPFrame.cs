using System.Buffers.Binary;
using Simile.Imaging.Decoding.WebP.Lossless;
using Simile.Imaging.Decoding.WebP.Lossy;

namespace Simile.Imaging.Decoding.WebP;

/// <summary>What the chunks of a file say.</summary>
/// <param name="Width">Columns of the canvas.</param>
/// <param name="Height">Rows of the canvas.</param>
/// <param name="Frame">The picture, or the animation's first.</param>
/// <param name="Exif">Where the EXIF block lies; empty if there is none.</param>
internal sealed record WebPFile(int Width, int Height, WebPFrame Frame, Range Exif);

/// <summary>One picture of a file: where its chunks lie, and where it goes on the canvas.</summary>
internal sealed record WebPFrame
{
    /// <summary>Whether the picture is VP8L; VP8 otherwise.</summary>
    public bool IsLossless { get; init; }

    /// <summary>Where the coded picture lies; the byte that pads it to an even size belongs to it, as in libwebp.</summary>
    public Range Image { get; init; }

    /// <summary>Whether there is a coded picture.</summary>
    public bool HasImage { get; init; }

    /// <summary>Where the ALPH chunk lies; null if there is none.</summary>
    public Range? Alpha { get; init; }

    /// <summary>Columns left of the picture.</summary>
    public int X { get; init; }

    /// <summary>Rows above the picture.</summary>
    public int Y { get; init; }

    /// <summary>Columns.</summary>
    public int Width { get; init; }

    /// <summary>Rows.</summary>
    public int Height { get; init; }
}

/// <summary>Reads columns and rows from the first bytes of a coded picture, and refuses what no decoder reads.</summary>
internal static class PictureSize
{
    /// <summary>The size in a VP8 frame's header (RFC 6386, 9.1).</summary>
    /// <param name="frame">The chunk's payload.</param>
    /// <param name="declared">The size that the chunk declares.</param>
    public static (int Width, int Height) Lossy(ReadOnlySpan<byte> frame, int declared)
    {
        if (frame.Length < 10)
        {
            throw ImageErrors.Damaged("its VP8 frame has no header");
        }

        var tag = frame[0] | (frame[1] << 8) | (frame[2] << 16);
        if ((tag & 1) != 0 || ((tag >> 1) & 7) > 3 || ((tag >> 4) & 1) == 0)
        {
            throw ImageErrors.Unsupported("its VP8 frame is no key frame to be shown, or is of an unknown profile");
        }

        var (width, height) = (
            BinaryPrimitives.ReadUInt16LittleEndian(frame[6..]) & 0x3fff,
            BinaryPrimitives.ReadUInt16LittleEndian(frame[8..]) & 0x3fff
        );
        if (!frame.Slice(3, 3).SequenceEqual<byte>([0x9d, 0x01, 0x2a]) || tag >> 5 >= declared || width == 0 || height == 0)
        {
            throw ImageErrors.Damaged("its VP8 frame's header makes no sense");
        }

        return (width, height);
    }

    /// <summary>The size in a VP8L picture's header (WebP lossless, 3).</summary>
    public static (int Width, int Height) Lossless(ReadOnlySpan<byte> picture)
    {
        if (picture.Length < 5 || picture[0] != 0x2f)
        {
            throw ImageErrors.Damaged("its VP8L picture has no header");
        }

        var bits = BinaryPrimitives.ReadUInt32LittleEndian(picture[1..]);
        return bits >> 29 == 0
            ? ((int)(bits & 0x3fff) + 1, (int)((bits >> 14) & 0x3fff) + 1)
            : throw ImageErrors.Unsupported($"its VP8L picture is of version {bits >> 29}, not 0");
    }
}
