using Simile.Imaging.Decoding;
using Simile.Imaging.Decoding.Bmp;
using Simile.Imaging.Decoding.Gif;
using Simile.Imaging.Decoding.Jpeg;
using Simile.Imaging.Decoding.Png;
using Simile.Imaging.Decoding.WebP;

namespace Simile.Imaging;

/// <summary>Turns files into upright RGB pictures: finds the decoder, decodes within the limits, turns by the EXIF orientation.</summary>
/// <remarks>Equal to Pillow's <c>ImageOps.exif_transpose(Image.open(file)).convert("RGB")</c>. Immutable; any number of threads may use
/// one.</remarks>
internal sealed class ImageReader
{
    private readonly IReadOnlyList<IImageDecoder> _decoders;
    private readonly ImageLimits _limits;
    private readonly TimeProvider _time;

    /// <summary>Makes a reader.</summary>
    /// <param name="limits">What one picture may cost; <see cref="ImageLimits.Default"/> if null.</param>
    /// <param name="decoders">Decoders of your own, asked before Simile's.</param>
    /// <param name="time">The clock of <see cref="ImageLimits.MaxTime"/>.</param>
    public ImageReader(ImageLimits? limits = null, IEnumerable<IImageDecoder>? decoders = null, TimeProvider? time = null)
    {
        _limits = (limits ?? ImageLimits.Default).Validated();
        _decoders = [.. decoders ?? [], .. OwnDecoders.All];
        _time = time ?? TimeProvider.System;
    }

    /// <summary>What one picture may cost.</summary>
    public ImageLimits Limits => _limits;

    /// <summary>Decodes a file and turns it upright.</summary>
    /// <param name="file">The whole file.</param>
    /// <param name="cancellationToken">Ends decoding.</param>
    /// <returns>The upright picture; its orientation is what the file said.</returns>
    /// <exception cref="SimileException">SIM111 to SIM115.</exception>
    public DecodedImage Read(ReadOnlySpan<byte> file, CancellationToken cancellationToken = default)
    {
        if (file.Length > _limits.MaxFileBytes)
        {
            throw ImageErrors.TooLarge(
                $"the file has {file.Length} bytes; the limit is {_limits.MaxFileBytes}",
                nameof(ImageLimits.MaxFileBytes)
            );
        }
        DecodedImage decoded = Decoder(file).Decode(file, new DecodeBudget(_limits, _time, cancellationToken));
        return decoded with { Image = Upright.Turn(decoded.Image, decoded.Orientation) };
    }

    /// <summary>Whether a file that begins so is a picture that a decoder reads.</summary>
    /// <param name="head">The first 32 bytes or more.</param>
    public bool Recognizes(ReadOnlySpan<byte> head) => Find(head) is not null;

    private IImageDecoder Decoder(ReadOnlySpan<byte> file) => Find(file) ?? throw ImageErrors.Unknown(file);

    private IImageDecoder? Find(ReadOnlySpan<byte> head)
    {
        foreach (IImageDecoder decoder in _decoders)
        {
            if (decoder.Recognizes(head))
            {
                return decoder;
            }
        }
        return null;
    }
}

/// <summary>Turns a stored picture as its EXIF orientation asks (EXIF 2.3, tag 0x0112; Pillow's <c>exif_transpose</c>).</summary>
internal static class Upright
{
    /// <summary>The upright picture; the same object for orientation 1 and for nonsense.</summary>
    public static RgbImage Turn(RgbImage image, int orientation)
    {
        if (orientation is < 2 or > 8)
        {
            return image;
        }
        bool swapsAxes = orientation >= 5;
        RgbImage turned = swapsAxes ? RgbImage.Uninitialized(image.Height, image.Width) : RgbImage.Uninitialized(image.Width, image.Height);
        for (int y = 0; y < turned.Height; y++)
        {
            FillRow(image, turned, y, orientation);
        }
        return turned;
    }

    private static void FillRow(RgbImage image, RgbImage turned, int y, int orientation)
    {
        (int lastX, int lastY) = (image.Width - 1, image.Height - 1);
        // Where the row's first pixel comes from, and the step to its next one.
        (int x0, int y0, int stepX, int stepY) = orientation switch
        {
            2 => (lastX, y, -1, 0),
            3 => (lastX, lastY - y, -1, 0),
            4 => (0, lastY - y, 1, 0),
            5 => (y, 0, 0, 1),
            6 => (y, lastY, 0, -1),
            7 => (lastX - y, lastY, 0, -1),
            _ => (lastX - y, 0, 0, 1),
        };
        ReadOnlySpan<byte> source = image.Pixels;
        Span<byte> target = turned.Writable.Slice(y * turned.Width * 3, turned.Width * 3);
        int from = ((y0 * image.Width) + x0) * 3;
        int step = ((stepY * image.Width) + stepX) * 3;
        for (int to = 0; to < target.Length; to += 3, from += step)
        {
            target[to] = source[from];
            target[to + 1] = source[from + 1];
            target[to + 2] = source[from + 2];
        }
    }
}

/// <summary>Simile's own decoders.</summary>
internal static class OwnDecoders
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<IImageDecoder> All { get; } =
    [new JpegDecoder(), new PngDecoder(), new WebPDecoder(), new GifDecoder(), new BmpDecoder()];
}
