namespace Simile.Imaging;

/// <summary>Turns a stored picture as its EXIF orientation asks (EXIF 2.3, tag 0x0112; Pillow's <c>exif_transpose</c>).</summary>
internal static class Upright
{
    /// <summary>The upright picture; the same object for orientation 1 and for nonsense.</summary>
    public static RgbImage Turn(RgbImage image, int orientation)
    {
        if (orientation is < 2 or > 8)
        {
            return image;
        }
        bool swapsAxes = orientation >= 5;
        RgbImage turned = swapsAxes ? RgbImage.Uninitialized(image.Height, image.Width) : RgbImage.Uninitialized(image.Width, image.Height);
        for (int y = 0; y < turned.Height; y++)
        {
            FillRow(image, turned, y, orientation);
        }
        return turned;
    }

    private static void FillRow(RgbImage image, RgbImage turned, int y, int orientation)
    {
        (int lastX, int lastY) = (image.Width - 1, image.Height - 1);
        // Where the row's first pixel comes from, and the step to its next one.
        (int x0, int y0, int stepX, int stepY) = orientation switch
        {
            2 => (lastX, y, -1, 0),
            3 => (lastX, lastY - y, -1, 0),
            4 => (0, lastY - y, 1, 0),
            5 => (y, 0, 0, 1),
            6 => (y, lastY, 0, -1),
            7 => (lastX - y, lastY, 0, -1),
            _ => (lastX - y, 0, 0, 1),
        };
        ReadOnlySpan<byte> source = image.Pixels;
        Span<byte> target = turned.Writable.Slice(y * turned.Width * 3, turned.Width * 3);
        int from = ((y0 * image.Width) + x0) * 3;
        int step = ((stepY * image.Width) + stepX) * 3;
        for (int to = 0; to < target.Length; to += 3, from += step)
        {
            target[to] = source[from];
            target[to + 1] = source[from + 1];
            target[to + 2] = source[from + 2];
        }
    }
}
