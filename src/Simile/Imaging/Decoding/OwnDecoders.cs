using Simile.Imaging.Decoding.WebP;

namespace Simile.Imaging.Decoding;

/// <summary>Simile's own decoders.</summary>
internal static class OwnDecoders
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<IImageDecoder> All { get; } = [new WebPDecoder()];
}
