using Simile.Images;
using Simile.Imaging;

namespace Simile.Hosting.Stacks;

/// <summary>The inputs that show that a model works. They never change.</summary>
internal static class ProbeInputs
{
    private const int Side = 64;

    /// <summary>A text that every vocabulary knows something of.</summary>
    public const string Text = "A simile says that one thing is like another.";

    /// <summary>A picture of colours that run across and down.</summary>
    public static ImageInput Picture()
    {
        var pixels = new byte[Side * Side * 3];
        for (var i = 0; i < Side * Side; i++)
        {
            var (x, y) = (i % Side, i / Side);
            (pixels[3 * i], pixels[(3 * i) + 1], pixels[(3 * i) + 2]) = ((byte)(4 * x), (byte)(4 * y), (byte)(2 * (x + y)));
        }

        return ImageInput.FromPixels(new RgbImage(Side, Side, pixels), "probe");
    }
}
