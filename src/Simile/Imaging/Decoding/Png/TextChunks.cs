using System.IO.Compression;
using System.Text.Unicode;

namespace Simile.Imaging.Decoding.Png;

/// <summary>What text chunks say of the orientation (PNG, third edition, 11.3.3); the rest of them is only checked as Pillow checks
/// it.</summary>
internal sealed class TextChunks
{
    private const int LongestInflated = 1 << 20;
    private const long MostText = 64L << 20;
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
        if (_text > MostText)
        {
            throw ImageErrors.Damaged($"its texts and profiles are longer than {MostText >> 20} MB");
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
