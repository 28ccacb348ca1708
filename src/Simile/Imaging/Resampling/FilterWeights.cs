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
