using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Simile.Engine.Functions;

/// <summary>Layer normalization of a row (H): y = (x − mean) / √(variance + ε) · weight + bias (Ba, Kiros and Hinton 2016);
/// or the same around zero, y = x / √(mean of x² + ε) · weight (Zhang and Sennrich 2019).</summary>
internal sealed unsafe class LayerNorm
{
    private readonly float[] _weight;
    private readonly float[] _bias;
    private readonly float _epsilon;
    private readonly bool _centers;

    /// <summary>Makes the layer.</summary>
    /// <param name="weight">(H).</param>
    /// <param name="bias">(H), or null for none.</param>
    /// <param name="epsilon">What is added to the variance.</param>
    /// <param name="centers">Whether the mean is taken away first.</param>
    public LayerNorm(float[] weight, float[]? bias, float epsilon, bool centers = true)
    {
        _weight = Pinned(weight);
        _bias = Pinned(bias ?? new float[weight.Length]);
        _epsilon = epsilon;
        _centers = centers;
    }

    /// <summary>Normalizes one row; source and target may be the same.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Forward(float* source, float* target)
    {
        var count = _weight.Length;
        var mean = _centers ? Sum(source, count) / count : 0;
        var scale = 1 / MathF.Sqrt((SumOfSquares(source, count, mean) / count) + _epsilon);
        var (means, scales) = (Vector512.Create(mean), Vector512.Create(scale));
        ref var weight = ref _weight[0];
        ref var bias = ref _bias[0];
        var i = 0;
        for (; i <= count - 16; i += 16)
        {
            var value = (Vector512.Load(source + i) - means) * scales;
            Vector512
                .MultiplyAddEstimate(value, Vector512.LoadUnsafe(ref weight, (nuint)i), Vector512.LoadUnsafe(ref bias, (nuint)i))
                .Store(target + i);
        }

        for (; i < count; i++)
        {
            target[i] = ((source[i] - mean) * scale * _weight[i]) + _bias[i];
        }
    }

    private static float Sum(float* source, int count)
    {
        var sums = Vector512<float>.Zero;
        var i = 0;
        for (; i <= count - 16; i += 16)
        {
            sums += Vector512.Load(source + i);
        }

        var total = Lanes.Sum(sums);
        for (; i < count; i++)
        {
            total += source[i];
        }

        return total;
    }

    private static float SumOfSquares(float* source, int count, float mean)
    {
        var means = Vector512.Create(mean);
        var sums = Vector512<float>.Zero;
        var i = 0;
        for (; i <= count - 16; i += 16)
        {
            var value = Vector512.Load(source + i) - means;
            sums += value * value;
        }

        var total = Lanes.Sum(sums);
        for (; i < count; i++)
        {
            total += (source[i] - mean) * (source[i] - mean);
        }

        return total;
    }

    private static float[] Pinned(float[] values)
    {
        var pinned = GC.AllocateArray<float>(values.Length, pinned: true);
        values.CopyTo(pinned, 0);
        return pinned;
    }
}
