using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Simile.Engine.Functions;
using Simile.Engine.Products;

namespace Simile.Engine.Attention;

/// <summary>Which scores of a row count: those from <paramref name="First"/> to before <paramref name="End"/>; the row is
/// <paramref name="Padded"/> long.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct SoftmaxRange(int First, int End, int Padded);

/// <summary>One row of scores becomes weights, relative to the largest score that the row has seen so far.</summary>
internal static unsafe class SoftmaxRow
{
    /// <summary>Writes e^((score − largest) · scale), and updates the row's largest score and total.</summary>
    /// <returns>By what the sums of earlier blocks must be multiplied.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float Forward(ComputePrecision precision, AttentionScratch scratch, int row, SoftmaxRange range, float scale, float* bias)
    {
        var scores = scratch.Scores + (row * AttentionScratch.KeyBlock);
        new Span<float>(scores, range.First).Fill(float.NegativeInfinity);
        new Span<float>(scores + range.End, range.Padded - range.End).Fill(float.NegativeInfinity);
        if (bias != null)
        {
            for (var j = range.First; j < range.End; j++)
            {
                scores[j] += bias[j];
            }
        }

        var before = scratch.Largest[row];
        var largest = MathF.Max(before, Max(scores, range.Padded));
        var weights =
            scratch.Weights + (row * AttentionScratch.KeyBlock * (precision == ComputePrecision.Float32 ? sizeof(float) : sizeof(ushort)));
        var total =
            precision == ComputePrecision.Float32
                ? Exponentiate(scores, (float*)weights, range.Padded, largest, scale)
                : ExponentiateRounded(scores, (ushort*)weights, range.Padded, largest, scale);
        var rescale = before == largest ? 1 : Exponential.Of(Vector512.Create((before - largest) * scale))[0];
        scratch.Largest[row] = largest;
        scratch.Totals[row] = (scratch.Totals[row] * rescale) + total;
        return rescale;
    }

    private static float Max(float* scores, int count)
    {
        var largest = Vector512.Load(scores);
        for (var j = 16; j < count; j += 16)
        {
            largest = Vector512.MaxNative(largest, Vector512.Load(scores + j));
        }

        return Lanes.Max(largest);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Exponentiate(float* scores, float* weights, int count, float largest, float scale)
    {
        var (offset, factor) = (Vector512.Create(-largest * scale), Vector512.Create(scale));
        var total = Vector512<float>.Zero;
        for (var j = 0; j < count; j += 16)
        {
            var weight = Exponential.Of(Vector512.MultiplyAddEstimate(Vector512.Load(scores + j), factor, offset));
            total += weight;
            weight.Store(weights + j);
        }

        return Lanes.Sum(total);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float ExponentiateRounded(float* scores, ushort* weights, int count, float largest, float scale)
    {
        var (offset, factor) = (Vector512.Create(-largest * scale), Vector512.Create(scale));
        var total = Vector512<float>.Zero;
        for (var j = 0; j < count; j += 16)
        {
            var weight = Exponential.Of(Vector512.MultiplyAddEstimate(Vector512.Load(scores + j), factor, offset));
            total += weight;
            BFloat16Rows.Round(weight).Store(weights + j);
        }

        return Lanes.Sum(total);
    }
}
