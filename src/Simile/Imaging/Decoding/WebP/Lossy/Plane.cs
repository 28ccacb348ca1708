namespace Simile.Imaging.Decoding.WebP.Lossy;

/// <summary>One component of a frame, with the border that prediction looks at: 127 above, 129 to the left (RFC 6386, 12.2).</summary>
internal sealed class Plane
{
    private const int Margin = 16;

    /// <summary>Makes a plane.</summary>
    /// <param name="width">Columns.</param>
    /// <param name="height">Rows.</param>
    public Plane(int width, int height)
    {
        Stride = width + (2 * Margin);
        Data = GC.AllocateUninitializedArray<byte>(checked((int)Bytes(width, height)));
        Data.AsSpan(0, Stride).Fill(127);
        for (var y = 0; y < height; y++)
        {
            Data[At(0, y) - 1] = 129;
        }
    }

    /// <summary>All samples, (1 + H, 16 + W + 16).</summary>
    public byte[] Data { get; }

    /// <summary>From a sample to the one below it.</summary>
    public int Stride { get; }

    /// <summary>What a plane takes.</summary>
    public static long Bytes(int width, int height) => (width + (2L * Margin)) * (height + 1L);

    /// <summary>Where a sample lies.</summary>
    public int At(int x, int y) => ((y + 1) * Stride) + Margin + x;
}
