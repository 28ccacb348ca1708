using System.Runtime.InteropServices;
using Simile.Imaging;
using Simile.Imaging.Preparation;
using Simile.Vectors.Files;

namespace Simile.Images;

/// <summary>Writes pictures as numpy arrays, to be compared with what Python makes of them.</summary>
internal static class PixelFiles
{
    /// <summary>Writes (H, W, 3) bytes.</summary>
    public static void Write(string path, RgbImage image)
    {
        ArgumentNullException.ThrowIfNull(image);
        using var stream = File.Create(path);
        NpyHeader.Write(stream, "|u1", image.Height, image.Width, 3);
        stream.Write(image.Pixels);
    }

    /// <summary>Writes (3, H, W) 32-bit floats.</summary>
    public static void Write(string path, PreparedImage image)
    {
        ArgumentNullException.ThrowIfNull(image);
        using var stream = File.Create(path);
        NpyHeader.Write(stream, "<f4", 3, image.Height, image.Width);
        stream.Write(MemoryMarshal.AsBytes(image.Values.AsSpan()));
    }
}
