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
