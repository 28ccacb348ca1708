using System.Text;

namespace Simile.Imaging;

/// <summary>The errors of pictures, in one place.</summary>
internal static class ImageErrors
{
    /// <summary>The file breaks the rules of its format, or ends too early.</summary>
    public static SimileException Damaged(string what, Exception? inner = null) =>
        new(ErrorCode.DamagedImage, $"The picture is damaged: {what}. Save it again, or leave it out.", inner);

    /// <summary>The file is in a variant that no decoder here reads.</summary>
    public static SimileException Unsupported(string what) =>
        new(
            ErrorCode.UnsupportedImage,
            $"The picture cannot be read: {what}. Save it as an ordinary JPEG or PNG, or plug in an IImageDecoder."
        );

    /// <summary>The picture exceeds a limit.</summary>
    public static SimileException TooLarge(string what, string limit) =>
        new(ErrorCode.ImageTooLarge, $"The picture is too large: {what}. Make it smaller, or raise ImageLimits.{limit}.");

    /// <summary>Decoding took too long.</summary>
    public static SimileException TooSlow(TimeSpan limit) =>
        new(ErrorCode.ImageTooSlow, $"Decoding the picture took over {limit.TotalSeconds} s. Save it again, or raise ImageLimits.MaxTime.");

    /// <summary>The bytes are no picture that is known.</summary>
    public static SimileException Unknown(ReadOnlySpan<byte> head) =>
        new(
            ErrorCode.UnknownImageFormat,
            head.IsEmpty ? "The file is empty: it is no picture. Fetch it again, or leave it out."
                : ForeignFormat.NameOf(head) is { } name
                    ? $"The file is {name}, whatever its name says; JPEG, PNG, GIF, BMP and WebP pictures are read. Save it as one of "
                        + "these, or leave it out."
                : "The file is no JPEG, PNG, GIF, BMP or WebP picture: it begins with "
                    + $"{Convert.ToHexString(head[..Math.Min(head.Length, 8)])}."
        );
}

/// <summary>Names what a file is that is no picture of a known format, by the way it begins: such files are often named .jpg.</summary>
internal static class ForeignFormat
{
    private const int MaxHead = 1024;
    private const int BrandOffset = 8;

    private static readonly (byte[] Start, string Name)[] Starts =
    [
        ("II*\0"u8.ToArray(), "a TIFF picture"),
        ("MM\0*"u8.ToArray(), "a TIFF picture"),
        ("II+\0"u8.ToArray(), "a BigTIFF picture"),
        ("MM\0+"u8.ToArray(), "a BigTIFF picture"),
        ("%PDF-"u8.ToArray(), "a PDF document"),
        ("%!PS"u8.ToArray(), "a PostScript document"),
        ("8BPS"u8.ToArray(), "a Photoshop picture"),
        ([0xFF, 0x0A], "a JPEG XL picture"),
        ([0, 0, 0, 12, (byte)'J', (byte)'X', (byte)'L', (byte)' '], "a JPEG XL picture"),
        ([0, 0, 0, 12, (byte)'j', (byte)'P', (byte)' ', (byte)' '], "a JPEG 2000 picture"),
        ([0xFF, 0x4F, 0xFF, 0x51], "a JPEG 2000 picture"),
        ([0, 0, 1, 0], "a Windows icon"),
        ("PK\u0003\u0004"u8.ToArray(), "a ZIP archive or an Office document"),
        ([0x1F, 0x8B], "a file compressed by gzip"),
        ("RIFF"u8.ToArray(), "a RIFF file, such as WAV or AVI"),
        ([0x1A, 0x45, 0xDF, 0xA3], "a Matroska or WebM video"),
        ("SQLite format 3\0"u8.ToArray(), "an SQLite database"),
        (
            "version https://git-lfs.github.com/spec/"u8.ToArray(),
            "a Git LFS pointer, not the picture that it stands for ('git lfs pull' fetches it)"
        ),
    ];

    /// <summary>What the file is, with its article, or null where it is not known.</summary>
    /// <param name="file">The file, or its beginning.</param>
    public static string? NameOf(ReadOnlySpan<byte> file)
    {
        foreach (var (start, name) in Starts)
        {
            if (file.StartsWith(start))
            {
                return name;
            }
        }

        return file.Length > BrandOffset + 3 && file[4..].StartsWith("ftyp"u8)
            ? OfBrand(file[BrandOffset..(BrandOffset + 4)])
            : OfText(file[..Math.Min(file.Length, MaxHead)]);
    }

    private static string OfBrand(ReadOnlySpan<byte> brand) =>
        Encoding.ASCII.GetString(brand) switch
        {
            "heic" or "heix" or "hevc" or "hevx" or "heim" or "heis" or "mif1" or "msf1" => "a HEIC picture",
            "avif" or "avis" => "an AVIF picture",
            "crx " => "a raw picture of a camera",
            "qt  " => "a QuickTime video",
            _ => "an MP4 video or a file of its family",
        };

    private static string? OfText(ReadOnlySpan<byte> file)
    {
        var text = Encoding.UTF8.GetString(file).TrimStart('\uFEFF', ' ', '\t', '\r', '\n');
        return Begins("<!doctype html") || Begins("<html") || Begins("<head")
                ? "an HTML page, perhaps an error of the server that it was fetched from"
            : Begins("<svg") || (Begins("<?xml") && text.Contains("<svg", StringComparison.OrdinalIgnoreCase)) ? "an SVG drawing"
            : Begins("<?xml") ? "an XML document"
            : Begins("{") || Begins("[") ? "JSON text"
            : null;

        bool Begins(string start) => text.StartsWith(start, StringComparison.OrdinalIgnoreCase);
    }
}
