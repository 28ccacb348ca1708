using System.Buffers.Binary;

namespace Simile.Imaging.Decoding.Png;

/// <summary>How the camera was held, from where Pillow looks: EXIF, else ImageMagick's raw profile; XMP where those are silent.</summary>
internal static class PngOrientation
{
    private const int Tag = 0x0112;
    private const int LinesBeforeDigits = 3;

    /// <summary>1 to 8; 1 where nothing is said, or nonsense.</summary>
    public static int Of(TextChunks texts)
    {
        byte[]? exif = texts.Exif ?? (texts.RawProfile is { } profile ? Digits(profile) : null);
        return exif is not null && IsSaid(exif) || texts.Xmp is null ? ExifOrientation.Read(exif) : OfXmp(texts.Xmp);
    }

    private static byte[] Digits(ReadOnlySpan<byte> profile)
    {
        for (int line = 0; line < LinesBeforeDigits; line++)
        {
            profile = profile[(profile.IndexOf((byte)'\n') is var end && end < 0 ? profile.Length : end + 1)..];
        }
        List<byte> digits = [.. profile.ToArray().Where(digit => char.IsAsciiHexDigit((char)digit))];
        byte[] bytes = new byte[digits.Count / 2];
        for (int i = 0; i < bytes.Length; i++)
        {
            bytes[i] = (byte)((Value(digits[2 * i]) << 4) | Value(digits[(2 * i) + 1]));
        }
        return bytes;
    }

    private static int Value(byte digit) => digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10;

    // Whether the first directory holds the tag at all: only if it does not is XMP asked.
    private static bool IsSaid(ReadOnlySpan<byte> exif)
    {
        exif = exif.StartsWith("Exif\0\0"u8) ? exif[6..] : exif;
        bool little = exif.StartsWith("II"u8);
        if (exif.Length < 10 || (little ? BinaryPrimitives.ReadUInt32LittleEndian(exif[4..]) : BinaryPrimitives.ReadUInt32BigEndian(exif[4..])) > exif.Length)
        {
            return false;
        }
        int at = (int)(little ? BinaryPrimitives.ReadUInt32LittleEndian(exif[4..]) : BinaryPrimitives.ReadUInt32BigEndian(exif[4..])) + 2;
        for (; at + 12 <= exif.Length; at += 12)
        {
            if ((little ? BinaryPrimitives.ReadUInt16LittleEndian(exif[at..]) : BinaryPrimitives.ReadUInt16BigEndian(exif[at..])) == Tag)
            {
                return true;
            }
        }
        return false;
    }

    // Pillow's pattern is tiff:Orientation(="|>)([0-9]), wherever it stands.
    private static int OfXmp(ReadOnlySpan<byte> xmp)
    {
        for (int at; (at = xmp.IndexOf("tiff:Orientation"u8)) >= 0;)
        {
            xmp = xmp[(at + 16)..];
            int skip = xmp.StartsWith("=\""u8) ? 2 : xmp.StartsWith(">"u8) ? 1 : 0;
            if (skip > 0 && skip < xmp.Length && char.IsAsciiDigit((char)xmp[skip]))
            {
                return xmp[skip] is >= (byte)'1' and <= (byte)'8' ? xmp[skip] - '0' : 1;
            }
        }
        return 1;
    }
}
