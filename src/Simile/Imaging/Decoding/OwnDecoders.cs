using Simile.Imaging.Decoding.Bmp;
using Simile.Imaging.Decoding.Gif;
using Simile.Imaging.Decoding.Png;

namespace Simile.Imaging.Decoding;

/// <summary>Simile's own decoders.</summary>
internal static class OwnDecoders
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<IImageDecoder> All { get; } = [new PngDecoder(), new GifDecoder(), new BmpDecoder()];
}
