using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Simile.Engine.Assembly;
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
