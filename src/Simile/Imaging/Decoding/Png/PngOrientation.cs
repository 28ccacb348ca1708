using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using System.Text.Unicode;

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

/// <summary>What text chunks say of the orientation (PNG, third edition, 11.3.3); the rest of them is only checked as Pillow checks
/// it.</summary>
internal sealed class TextChunks
{
    private const int LongestInflated = 1 << 20;
    private const long MaxText = 64L << 20;
    private long _text;

    /// <summary>An EXIF block: of an eXIf chunk, or a text of that name.</summary>
    public byte[]? Exif { get; private set; }

    /// <summary>ImageMagick's EXIF block in hexadecimal digits.</summary>
    public byte[]? RawProfile { get; private set; }

    /// <summary>An XMP packet.</summary>
    public byte[]? Xmp { get; private set; }

    /// <summary>eXIf. Its block begins without the mark that blocks elsewhere have.</summary>
    public void TakeExif(ReadOnlySpan<byte> data) => Exif = [.. "Exif\0\0"u8, .. data];

    /// <summary>tEXt.</summary>
    public void TakeText(ReadOnlySpan<byte> data)
    {
        ReadOnlySpan<byte> key = Cut(ref data);
        if (key.SequenceEqual("exif"u8))
        {
            Exif = data.ToArray();
        }
        Keep(key, data);
    }

    /// <summary>zTXt.</summary>
    public void TakeCompressed(ReadOnlySpan<byte> data)
    {
        ReadOnlySpan<byte> key = Cut(ref data);
        if (!data.IsEmpty && data[0] != 0)
        {
            throw ImageErrors.Damaged("a text has an unknown compression");
        }
        Keep(key, Inflate(data.IsEmpty ? data : data[1..]));
    }

    /// <summary>iTXt. Pillow passes over what breaks the rules.</summary>
    public void TakeInternational(ReadOnlySpan<byte> data)
    {
        ReadOnlySpan<byte> key = Cut(ref data);
        if (data.Length < 2 || (data[0] != 0 && data[1] != 0) || data[2..].Count((byte)0) < 2)
        {
            return;
        }
        bool compressed = data[0] != 0;
        data = data[2..];
        bool valid = Utf8.IsValid(Cut(ref data)) & Utf8.IsValid(Cut(ref data));
        data = compressed ? Inflate(data) : data;
        if (valid && Utf8.IsValid(data))
        {
            Keep(key, data);
        }
    }

    /// <summary>iCCP: not used, yet a bomb is refused.</summary>
    public void TakeProfile(ReadOnlySpan<byte> data)
    {
        int end = data.IndexOf((byte)0);
        if (end < 0)
        {
            throw ImageErrors.Damaged("its colour profile has no name");
        }
        Count(Inflate(data[Math.Min(end + 2, data.Length)..]).Length);
    }

    private void Keep(ReadOnlySpan<byte> key, ReadOnlySpan<byte> text)
    {
        Count(text.Length);
        if (key.SequenceEqual("Raw profile type exif"u8))
        {
            RawProfile = text.ToArray();
        }
        else if (key.SequenceEqual("XML:com.adobe.xmp"u8))
        {
            Xmp = text.ToArray();
        }
    }

    private void Count(long text)
    {
        _text += text;
        if (_text > MaxText)
        {
            throw ImageErrors.Damaged($"its texts and profiles are longer than {MaxText >> 20} MB");
        }
    }

    // What stands before the first zero; all of it if there is none.
    private static ReadOnlySpan<byte> Cut(ref ReadOnlySpan<byte> data)
    {
        int end = data.IndexOf((byte)0);
        ReadOnlySpan<byte> head = end < 0 ? data : data[..end];
        data = end < 0 ? default : data[(end + 1)..];
        return head;
    }

    private static byte[] Inflate(ReadOnlySpan<byte> data)
    {
        byte[] text = new byte[Math.Min(LongestInflated + 1, (data.Length * 1040L) + 64)];
        using ZLibStream inflater = new(new MemoryStream(data.ToArray()), CompressionMode.Decompress);
        int length;
        try
        {
            length = inflater.ReadAtLeast(text, text.Length, throwOnEndOfStream: false);
        }
        catch (Exception error) when (error is InvalidDataException or IOException)
        {
            return [];
        }
        return length <= LongestInflated ? text[..length] : throw ImageErrors.Damaged("a text or profile inflates to more than 1 MB");
    }
}
