namespace Simile.Imaging.Resampling;

/// <summary>For each pixel of one axis of the output: where its pixels of the input begin, how many there are, and their weights in 22-bit
/// fixed point.</summary>
/// <remarks>Pillow's arithmetic: weights are computed and normalized in 64-bit floats, then rounded half away from zero.</remarks>
internal sealed class FilterWeights
{
    /// <summary>Bits behind the point: 32 less 8 of a pixel and 2 for overshoot.</summary>
    public const int Bits = 32 - 8 - 2;

    private readonly int[] _weights;
    private readonly int[] _firsts;
    private readonly int[] _counts;
    private readonly int _most;

    /// <summary>Computes the weights of an axis.</summary>
    public FilterWeights(ResampleFilter filter, int input, int output)
    {
        var scale = (double)input / output;
        var widening = Math.Max(scale, 1);
        var support = FilterKernel.Support(filter) * widening;
        _most = (int)(Needed(filter, input, output) / output);
        (_weights, _firsts, _counts) = (new int[checked(output * _most)], new int[output], new int[output]);
        var exact = new double[_most];
        for (var i = 0; i < output; i++)
        {
            var center = (i + 0.5) * scale;
            var first = Math.Max(0, (int)(center - support + 0.5));
            var count = Math.Min(input, (int)(center + support + 0.5)) - first;
            (_firsts[i], _counts[i]) = (first, count);
            var sum = 0.0;
            for (var j = 0; j < count; j++)
            {
                exact[j] = FilterKernel.Weight(filter, (j + first - center + 0.5) * (1 / widening));
                sum += exact[j];
            }

            Round(exact.AsSpan(0, count), sum, _weights.AsSpan(i * _most));
        }
    }

    /// <summary>Numbers that the weights of an axis take.</summary>
    public static long Needed(ResampleFilter filter, int input, int output) =>
        output * (((long)Math.Ceiling(FilterKernel.Support(filter) * Math.Max((double)input / output, 1)) * 2) + 1);

    /// <summary>Pixels of the output.</summary>
    public int Count => _firsts.Length;

    /// <summary>The first pixel of the input that a pixel of the output sees.</summary>
    public int First(int index) => _firsts[index];

    /// <summary>The pixel behind the last.</summary>
    public int End(int index) => _firsts[index] + _counts[index];

    /// <summary>The weights of the pixels it sees.</summary>
    public ReadOnlySpan<int> Of(int index) => _weights.AsSpan(index * _most, _counts[index]);

    private static void Round(ReadOnlySpan<double> exact, double sum, Span<int> weights)
    {
        for (var j = 0; j < exact.Length; j++)
        {
            var weight = (sum != 0 ? exact[j] / sum : exact[j]) * (1 << Bits);
            weights[j] = (int)(weight < 0 ? weight - 0.5 : weight + 0.5);
        }
    }
}

/// <summary>How pixels are weighted when a picture changes its size. All but nearest widen with the shrinking, so that nothing aliases. The
/// numbers are Pillow's.</summary>
internal enum ResampleFilter
{
    /// <summary>The pixel at the place, no other.</summary>
    Nearest = 0,

    /// <summary>Lanczos over three lobes on each side.</summary>
    Lanczos = 1,

    /// <summary>A triangle.</summary>
    Bilinear = 2,

    /// <summary>Keys' cubic with a = −0.5.</summary>
    Bicubic = 3,

    /// <summary>The mean of the pixels covered.</summary>
    Box = 4,

    /// <summary>A sinc under a Hamming window.</summary>
    Hamming = 5,
}

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
