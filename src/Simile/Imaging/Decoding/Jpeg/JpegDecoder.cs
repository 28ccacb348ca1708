namespace Simile.Imaging.Decoding.Jpeg;

/// <summary>Decodes JPEG (ITU-T T.81): 8 bits, Huffman, sequential and progressive. Pixels are those of libjpeg-turbo as Pillow uses
/// it.</summary>
internal sealed class JpegDecoder : IImageDecoder
{
    /// <inheritdoc/>
    public bool Recognizes(ReadOnlySpan<byte> head) => head.StartsWith((ReadOnlySpan<byte>)[0xFF, Marker.Start, 0xFF]);

    /// <inheritdoc/>
    public DecodedImage Decode(ReadOnlySpan<byte> file, DecodeBudget budget)
    {
        ArgumentNullException.ThrowIfNull(budget);
        if (!Recognizes(file))
        {
            throw ImageErrors.Damaged("it does not begin as a JPEG file");
        }

        JpegInput input = new(file);
        input.Skip(2);
        JpegHeader header = new();
        JpegScan scan = header.ReadToScan(ref input, budget) ?? throw ImageErrors.Damaged("it ends before its first scan");
        JpegFrame frame = header.Frame!;
        int orientation = header.Orientation;
        budget.CheckSize(frame.Width, frame.Height);
        ColourSpace colours = ColourGuess.Of(frame, header.Jfif, header.AdobeTransform);
        JpegPicture picture = new(header, frame, colours, budget);
        return new DecodedImage(picture.Decode(ref input, scan), ImageFormat.Jpeg, orientation);
    }
}
