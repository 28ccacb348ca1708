namespace Simile.Imaging.Resampling;

/// <summary>The weight of a pixel by its distance, and how far the filter reaches.</summary>
internal static class FilterKernel
{
    private const double CubicA = -0.5;

    /// <summary>Pixels that the filter reaches on either side at its own scale.</summary>
    public static double Support(ResampleFilter filter) =>
        filter switch
        {
            ResampleFilter.Box => 0.5,
            ResampleFilter.Bilinear or ResampleFilter.Hamming => 1,
            ResampleFilter.Bicubic => 2,
            ResampleFilter.Lanczos => 3,
            _ => throw new ArgumentOutOfRangeException(nameof(filter), filter, "This filter has no weights."),
        };

    /// <summary>The weight at a distance.</summary>
    public static double Weight(ResampleFilter filter, double x) =>
        filter switch
        {
            ResampleFilter.Box => x is > -0.5 and <= 0.5 ? 1 : 0,
            ResampleFilter.Bilinear => Math.Max(0, 1 - Math.Abs(x)),
            ResampleFilter.Hamming => Hamming(Math.Abs(x)),
            ResampleFilter.Bicubic => Cubic(Math.Abs(x)),
            _ => x is >= -3 and < 3 ? Sinc(x) * Sinc(x / 3) : 0,
        };

    private static double Hamming(double x) =>
        x switch
        {
            0 => 1,
            >= 1 => 0,
            _ => Math.Sin(x * Math.PI) / (x * Math.PI) * (0.54 + (0.46 * Math.Cos(x * Math.PI))),
        };

    private static double Cubic(double x) =>
        x switch
        {
            < 1 => ((((CubicA + 2) * x) - (CubicA + 3)) * x * x) + 1,
            < 2 => ((((x - 5) * x) + 8) * x - 4) * CubicA,
            _ => 0,
        };

    private static double Sinc(double x) => x == 0 ? 1 : Math.Sin(x * Math.PI) / (x * Math.PI);
}
