using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Simile.Engine.Assembly;
using Simile.Engine.Functions;
using Simile.Engine.Products;

namespace Simile.Engine.Attention;

/// <summary>softmax(Q · Kᵀ / √d) · V of one head over one sequence, twelve queries at a time, keys in blocks with a running
/// maximum.</summary>
/// <remarks>Vaswani et al. 2017, section 3.2.1; the running softmax is Milakov and Gimelshein 2018, used for attention by Dao et al. 2022.
/// Blocks begin at the sequence's own first key, so the answer depends on nothing but the sequence.</remarks>
internal static unsafe class AttentionHead
{
    private const float Lowest = -1e30f;

    /// <summary>Writes the context of every position.</summary>
    public static void Forward(TileKernels kernels, AttentionShape shape, in HeadInput head, AttentionScratch scratch)
    {
        scratch.Reserve(kernels.Precision, head.Length, shape.HeadSize);
        HeadPacking.Pack(kernels.Precision, head, shape.HeadSize, scratch);
        for (var query = 0; query < head.Length; query += TileShape.Rows)
        {
            var count = Math.Min(TileShape.Rows, head.Length - query);
            new Span<float>(scratch.Largest, count).Fill(Lowest);
            new Span<float>(scratch.Totals, count).Clear();
            var firstKey = shape.FirstKey(query) / TileShape.Columns * TileShape.Columns;
            var endKey = shape.EndKey(query + count - 1, head.Length);
            for (var key = firstKey; key < endKey; key += AttentionScratch.KeyBlock)
            {
                ForwardBlock(
                    kernels,
                    shape,
                    head,
                    scratch,
                    new KeyRange(query, count, key, Math.Min(endKey, key + AttentionScratch.KeyBlock), key == firstKey)
                );
            }

            WriteContext(shape, head, scratch, query, count);
        }
    }

    private static void ForwardBlock(TileKernels kernels, AttentionShape shape, in HeadInput head, AttentionScratch scratch, KeyRange range)
    {
        Score(kernels, shape, head, scratch, range);
        var scales = stackalloc float[TileShape.Rows];
        for (var i = 0; i < range.Queries; i++)
        {
            var query = range.Query + i;
            var first = Math.Clamp(shape.FirstKey(query), range.First, range.End);
            var end = Math.Clamp(shape.EndKey(query, head.Length), first, range.End);
            var bias = head.Bias == null ? null : head.Bias + range.First - query;
            scales[i] = SoftmaxRow.Forward(
                kernels.Precision,
                scratch,
                i,
                new SoftmaxRange(first - range.First, end - range.First, range.Padded),
                shape.Scale,
                bias
            );
        }

        for (var panel = 0; panel < TileShape.Panels(shape.HeadSize); panel++)
        {
            AddValues(kernels, head, shape, scratch, range, panel, scales);
        }
    }

    private static void Score(TileKernels kernels, AttentionShape shape, in HeadInput head, AttentionScratch scratch, KeyRange range)
    {
        var isFloat = kernels.Precision == ComputePrecision.Float32;
        var steps = TileShape.Steps(kernels.Precision, shape.HeadSize);
        TileCall call;
        call.A = isFloat
            ? (byte*)(head.Queries + ((nint)range.Query * head.Stride))
            : (byte*)(scratch.Queries + ((nint)range.Query * shape.HeadSize));
        call.AStride = isFloat ? head.Stride * sizeof(float) : shape.HeadSize * sizeof(ushort);
        call.Steps = steps;
        call.CStride = AttentionScratch.KeyBlock * sizeof(float);
        call.Rows = range.Queries;
        for (var key = range.First; key < range.End; key += TileShape.Columns)
        {
            call.Panel = scratch.Keys + ((nint)(key / TileShape.Columns) * steps * TileShape.StepBytes);
            call.C = (byte*)(scratch.Scores + (key - range.First));
            kernels.Run(&call);
        }
    }

    private static void AddValues(
        TileKernels kernels,
        in HeadInput head,
        AttentionShape shape,
        AttentionScratch scratch,
        KeyRange range,
        int panel,
        float* scales
    )
    {
        var each = TileShape.ValuesPerStep(kernels.Precision);
        var panelSteps = (nint)TileShape.Steps(kernels.Precision, HeadPacking.PaddedLength(head.Length));
        TileCall call;
        call.A = scratch.Weights;
        call.AStride = AttentionScratch.KeyBlock * sizeof(float) / each;
        call.Panel = scratch.Values + (((panel * panelSteps) + (range.First / each)) * TileShape.StepBytes);
        call.Steps = TileShape.Steps(kernels.Precision, range.End - range.First);
        call.C = (byte*)scratch.Product;
        call.CStride = TileShape.StepBytes;
        call.Rows = range.Queries;
        kernels.Run(&call);
        var width = TileShape.Panels(shape.HeadSize) * TileShape.Columns;
        for (var i = 0; i < range.Queries; i++)
        {
            Accumulate(
                scratch.Product + (i * TileShape.Columns),
                scratch.Sums + (i * width) + (panel * TileShape.Columns),
                scales[i],
                range.IsFirst
            );
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Accumulate(float* product, float* sums, float scale, bool isFirst)
    {
        for (var j = 0; j < TileShape.Columns; j += 16)
        {
            var value = Vector512.Load(product + j);
            value = isFirst ? value : Vector512.MultiplyAddEstimate(Vector512.Load(sums + j), Vector512.Create(scale), value);
            value.Store(sums + j);
        }
    }

    private static void WriteContext(AttentionShape shape, in HeadInput head, AttentionScratch scratch, int query, int count)
    {
        var width = TileShape.Panels(shape.HeadSize) * TileShape.Columns;
        for (var i = 0; i < count; i++)
        {
            var source = scratch.Sums + (i * width);
            var target = head.Context + ((nint)(query + i) * head.ContextStride);
            var share = Vector512.Create(1 / scratch.Totals[i]);
            var j = 0;
            for (; j <= shape.HeadSize - 16; j += 16)
            {
                (Vector512.Load(source + j) * share).Store(target + j);
            }

            for (; j < shape.HeadSize; j++)
            {
                target[j] = source[j] * share[0];
            }
        }
    }
}

/// <summary>One head of one sequence: where its queries, keys and values lie, and where its context goes.</summary>
[StructLayout(LayoutKind.Auto)]
internal unsafe struct HeadInput
{
    /// <summary>(T, d), rows <see cref="Stride"/> floats apart; the same for the two below.</summary>
    public float* Queries;

    public float* Keys;

    public float* Values;

    /// <summary>Floats from one row of the three to the next.</summary>
    public int Stride;

    /// <summary>T.</summary>
    public int Length;

    /// <summary>(T, d), rows <see cref="ContextStride"/> floats apart.</summary>
    public float* Context;

    public int ContextStride;

    /// <summary>Added to scores by the distance key − query, divided by the scale beforehand: element 0 is distance 0. Null for
    /// none.</summary>
    public float* Bias;
}

/// <summary>A tile of queries against a block of keys.</summary>
/// <param name="Query">The first query.</param>
/// <param name="Queries">Queries, at most 12.</param>
/// <param name="First">The first key, at the beginning of a panel.</param>
/// <param name="End">The key after the last.</param>
/// <param name="IsFirst">Whether no block came before.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct KeyRange(int Query, int Queries, int First, int End, bool IsFirst)
{
    /// <summary>Keys, rounded up to whole panels.</summary>
    public int Padded => TileShape.Panels(End - First) * TileShape.Columns;
}

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
