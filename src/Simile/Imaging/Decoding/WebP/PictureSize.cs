using System.Buffers.Binary;

namespace Simile.Imaging.Decoding.WebP;

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
