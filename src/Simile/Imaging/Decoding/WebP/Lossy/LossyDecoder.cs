namespace Simile.Imaging.Decoding.WebP.Lossy;

internal static class LossyDecoder
{
    public static RgbImage Decode(ReadOnlySpan<byte> data, DecodeBudget budget) => throw ImageErrors.Unsupported("lossy WebP");
}
