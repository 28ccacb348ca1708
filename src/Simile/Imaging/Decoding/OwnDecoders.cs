using Simile.Imaging.Decoding.Jpeg;

namespace Simile.Imaging.Decoding;

/// <summary>Simile's own decoders.</summary>
internal static class OwnDecoders
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<IImageDecoder> All { get; } = [new JpegDecoder()];
}
