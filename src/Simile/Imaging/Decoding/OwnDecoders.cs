using Simile.Imaging.Decoding.Bmp;
using Simile.Imaging.Decoding.Gif;
using Simile.Imaging.Decoding.Jpeg;
using Simile.Imaging.Decoding.Png;
using Simile.Imaging.Decoding.WebP;

namespace Simile.Imaging.Decoding;

/// <summary>Simile's own decoders.</summary>
internal static class OwnDecoders
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<IImageDecoder> All { get; } =
    [new JpegDecoder(), new PngDecoder(), new WebPDecoder(), new GifDecoder(), new BmpDecoder()];
}
