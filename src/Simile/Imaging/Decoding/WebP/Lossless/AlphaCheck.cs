namespace Simile.Imaging.Decoding.WebP.Lossless;

/// <summary>Refuses the ALPH chunks that libwebp refuses (WebP container, "Alpha"). What they hold is not kept.</summary>
internal static class AlphaCheck
{
    /// <summary>Reads a chunk to its end.</summary>
    public static void Run(ReadOnlySpan<byte> alpha, int width, int height, DecodeBudget budget)
    {
        var head = alpha.Length > 1 ? alpha[0] : 0xff;
        var (method, preprocessing, reserved) = (head & 3, (head >> 4) & 3, head >> 6);
        if (method > 1 || preprocessing > 1 || reserved > 1)
        {
            throw ImageErrors.Damaged("its ALPH chunk is empty or of an unknown kind");
        }

        if (method == 1)
        {
            new LosslessStream(alpha[1..], budget).Read(width, height, isAlpha: true);
        }
        else if (alpha.Length - 1 < (long)width * height)
        {
            throw ImageErrors.Damaged($"its ALPH chunk has {alpha.Length - 1} bytes for {width} × {height} pixels");
        }
    }
}
