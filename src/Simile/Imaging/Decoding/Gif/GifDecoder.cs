namespace Simile.Imaging.Decoding.Gif;

/// <summary>Reads the first picture of GIF 87a and 89a, on its screen.</summary>
internal sealed class GifDecoder : IImageDecoder
{
    private const int MostRootBits = 12;
    private const int TableBytes = 32 << 10;

    public bool Recognizes(ReadOnlySpan<byte> head) => head.StartsWith("GIF87a"u8) || head.StartsWith("GIF89a"u8);

    public DecodedImage Decode(ReadOnlySpan<byte> file, DecodeBudget budget)
    {
        GifCursor cursor = new(file);
        GifFrame frame = GifFrame.Read(ref cursor);
        RgbImage screen = Canvas.Take(frame.ScreenWidth, frame.ScreenHeight, frame.Width + TableBytes, budget);
        if (frame.Width == 0 || frame.Height == 0 || frame.RootBits > MostRootBits)
        {
            throw ImageErrors.Damaged($"its picture has {frame.Width} × {frame.Height} pixels and codes of {frame.RootBits} bits");
        }
        if (frame.Width != screen.Width || frame.Height != screen.Height)
        {
            Canvas.Fill(screen.Writable, frame.Colours.Rgb.Slice(frame.Ground * 3, 3));
        }
        LzwBits bits = new(file[cursor.Position..], budget);
        new LzwDecoder(frame.RootBits).Decode(ref bits, new GifRows(frame, screen));
        return new DecodedImage(screen, ImageFormat.Gif);
    }
}
