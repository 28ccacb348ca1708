using System.Buffers.Binary;
using System.Text;

namespace Simile.Imaging.Decoding.Png;

/// <summary>How the camera was held, from where Pillow looks: EXIF, else ImageMagick's raw profile; XMP where those are silent.</summary>
internal static class PngOrientation
{
    private const int Tag = 0x0112;
    private const int LinesBeforeDigits = 3;

    /// <summary>1 to 8; 1 where nothing is said, or nonsense.</summary>
    /// <exception cref="SimileException">SIM112 for a block that is no EXIF, which Pillow refuses too.</exception>
    public static int Of(TextChunks texts)
    {
        ReadOnlySpan<byte> exif = texts.Exif ?? (texts.RawProfile is { } profile ? Digits(profile) : null);
        exif = exif.StartsWith("Exif\0\0"u8) ? exif[6..] : exif;
        if (!exif.IsEmpty && !IsTiff(exif))
        {
            throw ImageErrors.Damaged("its EXIF block does not begin as one");
        }
        return texts.Xmp is null || IsSaid(exif) ? ExifOrientation.Read(exif) : OfXmp(texts.Xmp);
    }

    // Some writers swap the two bytes of the version, 42, or of that of large files, 43.
    private static bool IsTiff(ReadOnlySpan<byte> exif) =>
        exif.Length >= 8
        && (
            (
                exif.StartsWith("II"u8)
                && (exif[2..4].SequenceEqual("*\0"u8) || exif[2..4].SequenceEqual("\0*"u8) || exif[2..4].SequenceEqual("+\0"u8))
            )
            || (
                exif.StartsWith("MM"u8)
                && (exif[2..4].SequenceEqual("\0*"u8) || exif[2..4].SequenceEqual("*\0"u8) || exif[2..4].SequenceEqual("\0+"u8))
            )
        );

    private static byte[] Digits(ReadOnlySpan<byte> profile)
    {
        for (int line = 0; line < LinesBeforeDigits; line++)
        {
            int end = profile.IndexOf((byte)'\n');
            profile = end < 0 ? default : profile[(end + 1)..];
        }
        try
        {
            return Convert.FromHexString(
                Encoding.Latin1.GetString(profile).ReplaceLineEndings(string.Empty).Replace(" ", string.Empty, StringComparison.Ordinal)
            );
        }
        catch (FormatException error)
        {
            throw ImageErrors.Damaged("its raw EXIF profile is not hexadecimal", error);
        }
    }

    // Whether the first directory holds the tag at all: only if it does not is XMP asked.
    private static bool IsSaid(ReadOnlySpan<byte> exif)
    {
        if (exif.Length < 8)
        {
            return false;
        }
        bool little = exif[0] == (byte)'I';
        uint directory = little ? BinaryPrimitives.ReadUInt32LittleEndian(exif[4..]) : BinaryPrimitives.ReadUInt32BigEndian(exif[4..]);
        for (long at = directory + 2L; at + 12 <= exif.Length; at += 12)
        {
            ReadOnlySpan<byte> entry = exif[(int)at..];
            if ((little ? BinaryPrimitives.ReadUInt16LittleEndian(entry) : BinaryPrimitives.ReadUInt16BigEndian(entry)) == Tag)
            {
                return true;
            }
        }
        return false;
    }

    // Pillow's pattern is tiff:Orientation(="|>)([0-9]), wherever it stands.
    private static int OfXmp(ReadOnlySpan<byte> xmp)
    {
        int at;
        while ((at = xmp.IndexOf("tiff:Orientation"u8)) >= 0)
        {
            xmp = xmp[(at + 16)..];
            int skip =
                xmp.StartsWith("=\""u8) ? 2
                : xmp.StartsWith(">"u8) ? 1
                : 0;
            if (skip > 0 && skip < xmp.Length && char.IsAsciiDigit((char)xmp[skip]))
            {
                return xmp[skip] is >= (byte)'1' and <= (byte)'8' ? xmp[skip] - '0' : 1;
            }
        }
        return 1;
    }
}
