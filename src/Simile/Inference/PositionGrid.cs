namespace Simile.Inference;

/// <summary>Learned positions of a square of patches, brought to another number of patches.</summary>
internal static class PositionGrid
{
    // Keys' cubic convolution with the parameter of PyTorch's bicubic interpolation.
    private const double Sharpness = -0.75;
    private const int Taps = 4;

    /// <summary>Interpolates as torch.nn.functional.interpolate(mode="bicubic", align_corners=False) does: no smoothing, edges
    /// repeated.</summary>
    /// <param name="positions">(L + side · side, H): rows of a class or none before the square.</param>
    /// <param name="hidden">H.</param>
    /// <param name="side">Patches of a side as trained.</param>
    /// <param name="wanted">Patches of a side as wanted.</param>
    /// <returns>(L + wanted · wanted, H).</returns>
    public static float[] Stretch(float[] positions, int hidden, int side, int wanted)
    {
        var leading = positions.Length - (side * side * hidden);
        var stretched = new float[leading + (wanted * wanted * hidden)];
        positions.AsSpan(0, leading).CopyTo(stretched);
        var taps = Enumerable.Range(0, wanted).Select(place => TapsOf(place, side, wanted)).ToArray();
        for (var y = 0; y < wanted; y++)
        {
            for (var x = 0; x < wanted; x++)
            {
                var target = stretched.AsSpan(leading + (((y * wanted) + x) * hidden), hidden);
                for (var tap = 0; tap < Taps * Taps; tap++)
                {
                    var (row, ofRow) = taps[y][tap / Taps];
                    var (column, ofColumn) = taps[x][tap % Taps];
                    var source = positions.AsSpan(leading + (((row * side) + column) * hidden), hidden);
                    for (var h = 0; h < hidden; h++)
                    {
                        target[h] += (float)(ofRow * ofColumn) * source[h];
                    }
                }
            }
        }

        return stretched;
    }

    private static (int Index, double Weight)[] TapsOf(int place, int side, int wanted)
    {
        var center = ((place + 0.5) * side / wanted) - 0.5;
        var first = (int)Math.Floor(center) - 1;
        return [.. Enumerable.Range(first, Taps).Select(index => (Math.Clamp(index, 0, side - 1), Weight(Math.Abs(center - index))))];
    }

    private static double Weight(double distance) =>
        distance <= 1
            ? ((((Sharpness + 2) * distance) - (Sharpness + 3)) * distance * distance) + 1
            : ((((Sharpness * distance) - (5 * Sharpness)) * distance) + (8 * Sharpness)) * distance - (4 * Sharpness);
}
