namespace Simile.Imaging.Decoding.WebP;

/// <summary>Gathers the chunks of one picture: ALPH and VP8, or VP8L (WebP container, "ANMF" and "simple file format"), where libwebp's
/// demultiplexer does.</summary>
internal static class FrameReader
{
    /// <summary>Reads chunks until one that is not of the picture.</summary>
    public static WebPFrame Read(ref ChunkReader chunks, WebPFrame frame)
    {
        while (true)
        {
            var (name, size, padded) = chunks.Header();
            var payload = chunks.Position..(chunks.Position + size);
            if (name == FourCc.Alpha && frame.Alpha is null)
            {
                frame = frame with { Alpha = payload };
            }
            else if (name is FourCc.Lossy or FourCc.Lossless && !frame.HasImage)
            {
                frame = WithImage(frame, name == FourCc.Lossless, chunks, size, padded);
            }
            else
            {
                chunks.BackToHeader();
                return frame;
            }

            chunks.Skip(padded);
            if (chunks.Remaining == 0)
            {
                return frame;
            }
        }
    }

    private static WebPFrame WithImage(WebPFrame frame, bool isLossless, ChunkReader chunks, int size, int padded)
    {
        if (isLossless && frame.Alpha is not null)
        {
            throw ImageErrors.Damaged("a VP8L picture has an ALPH chunk");
        }

        var payload = chunks.Rest[..padded];
        var (width, height) = isLossless ? PictureSize.Lossless(payload) : PictureSize.Lossy(payload, size);
        return frame with
        {
            IsLossless = isLossless,
            HasImage = true,
            Image = chunks.Position..(chunks.Position + padded),
            Width = width,
            Height = height,
        };
    }
}
