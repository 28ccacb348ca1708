using Simile.Engine.Memory;

namespace Simile.Engine.Convolutions;

/// <summary>Pictures between two layers: (N, H, W) rows of C channels. Grows on demand.</summary>
internal sealed unsafe class FeatureMap : IDisposable
{
    private const int NarrowBytes = 64;
    private readonly NativeBuffer _data = new();

    public int Images { get; private set; }

    public int Height { get; private set; }

    public int Width { get; private set; }

    public int Channels { get; private set; }

    /// <summary>Bytes from one pixel to the next.</summary>
    public int Stride { get; private set; }

    /// <summary>Whether pixels lie side by side without gaps.</summary>
    public bool IsDense => Stride == Channels * sizeof(float);

    public int PixelsPerImage => Height * Width;

    public int Pixels => Images * PixelsPerImage;

    public byte* Data => _data.Data;

    /// <summary>The largest magnitude of each image, or null when nobody has looked.</summary>
    public float[]? Largest { get; set; }

    /// <summary>Makes room; what was there is forgotten.</summary>
    public void Reserve(int images, int height, int width, int channels)
    {
        (Images, Height, Width, Channels) = (images, height, width, channels);
        Stride = PixelStride(channels * sizeof(float));
        Largest = null;
        _data.Reserve((long)Stride * Pixels);
    }

    /// <summary>Copies the only image of another map into the place of one of this map's.</summary>
    /// <param name="source">(1, H, W, C).</param>
    /// <param name="image">The place.</param>
    /// <param name="images">Images that this map is to hold; room is made with the first.</param>
    public void Take(FeatureMap source, int image, int images)
    {
        if (image == 0)
        {
            Reserve(images, source.Height, source.Width, source.Channels);
            Largest = source.Largest is null ? null : new float[images];
        }

        var bytes = (long)Stride * PixelsPerImage;
        Buffer.MemoryCopy(source.Data, Data + (bytes * image), bytes, bytes);
        Largest?[image] = source.Largest![0];
    }

    /// <summary>Bytes from one pixel to the next: narrow pixels lie close together, so that a run of them is one copy.</summary>
    public static int PixelStride(int pixelBytes) => pixelBytes < NarrowBytes ? pixelBytes : RowStride.Of(pixelBytes);

    /// <summary>The channels of a pixel, counted over all images.</summary>
    public float* Pixel(int pixel) => (float*)(Data + ((nint)pixel * Stride));

    public void Dispose() => _data.Dispose();
}
