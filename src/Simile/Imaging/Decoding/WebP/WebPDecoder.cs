using System.Buffers.Binary;
using Simile.Imaging.Decoding.WebP.Lossless;
using Simile.Imaging.Decoding.WebP.Lossy;

namespace Simile.Imaging.Decoding.WebP;

/// <summary>WebP: lossy (RFC 6386), lossless, and the first frame of animations on a black canvas; pixels are those of libwebp.</summary>
internal sealed class WebPDecoder : IImageDecoder
{
    /// <inheritdoc/>
    public bool Recognizes(ReadOnlySpan<byte> head) =>
        head.Length >= 12
        && BinaryPrimitives.ReadUInt32LittleEndian(head) == FourCc.Riff
        && BinaryPrimitives.ReadUInt32LittleEndian(head[8..]) == FourCc.WebP;

    /// <inheritdoc/>
    public DecodedImage Decode(ReadOnlySpan<byte> file, DecodeBudget budget)
    {
        var container = ContainerReader.Read(file);
        budget.CheckSize(container.Width, container.Height);
        budget.CheckSize(container.Frame.Width, container.Frame.Height);
        var picture = Picture(file, container.Frame, budget);
        var exif = file[container.Exif];
        return new DecodedImage(OnCanvas(picture, container, budget), ImageFormat.WebP, exif.IsEmpty ? 1 : ExifOrientation.Read(exif));
    }

    private static RgbImage Picture(ReadOnlySpan<byte> file, WebPFrame frame, DecodeBudget budget)
    {
        if (frame.IsLossless)
        {
            return LosslessDecoder.Decode(file[frame.Image], budget);
        }

        if (frame.Alpha is { } alpha)
        {
            AlphaCheck.Run(file[alpha], frame.Width, frame.Height, budget);
        }

        return LossyDecoder.Decode(file[frame.Image], budget);
    }

    private static RgbImage OnCanvas(RgbImage picture, WebPFile container, DecodeBudget budget)
    {
        if (picture.Width == container.Width && picture.Height == container.Height)
        {
            return picture;
        }

        budget.CheckMemory(3L * (((long)picture.Width * picture.Height) + ((long)container.Width * container.Height)));
        var canvas = new RgbImage(container.Width, container.Height, new byte[3L * container.Width * container.Height]);
        for (var y = 0; y < picture.Height; y++)
        {
            picture.Row(y).CopyTo(canvas.Writable[(((((container.Frame.Y + y) * container.Width) + container.Frame.X) * 3))..]);
        }

        return canvas;
    }
}
