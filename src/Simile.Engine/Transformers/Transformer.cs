using System.Collections.Concurrent;
using Simile.Engine.Attention;
using Simile.Engine.Functions;
using Simile.Engine.Products;
using Simile.Engine.Threads;

namespace Simile.Engine.Transformers;

/// <summary>A transformer encoder over packed sequences: no padding, whatever their lengths. Immutable and safe to call from many
/// threads.</summary>
/// <remarks>What a sequence becomes depends, bit for bit, on its own tokens, the precision and the instructions alone.</remarks>
internal sealed class Transformer : IDisposable
{
    private const int WidestState = 1 << 14;
    private const int MaxIntermediate = 1 << 17;
    private const int MaxPositions = 1 << 17;
    private const long MaxAngles = 1L << 26;
    private readonly ConcurrentBag<TransformerPass> _passes = [];

    /// <summary>Packs the weights.</summary>
    /// <param name="weights">What is common and what comes before the first layer.</param>
    /// <param name="layers">The layers, first to last; each is let go as soon as it is packed.</param>
    public Transformer(TransformerWeights weights, IEnumerable<LayerWeights> layers)
    {
        ArgumentNullException.ThrowIfNull(weights);
        ArgumentNullException.ThrowIfNull(layers);
        Shape = weights.Shape;
        RequireShape();
        var compute = Shape.Compute;
        Kernels = TileKernels.Create(compute.Precision, compute.Level);
        AttentionKernels = AttentionKernelsFor(compute);
        var tables = new Dictionary<double, RotaryTable>();
        Embedding = weights.Embedding is { } embedding ? new TokenEmbedding(embedding, Shape) : null;
        Layers = [.. layers.Select(layer => TransformerLayer.Pack(Shape, layer, Rotary))];
        FinalNorm = TransformerLayer.NormOf(weights.FinalNorm, Shape);
        Relative = weights.Relative is { } relative
            ? new RelativeBias(relative.Table, relative.Buckets, Shape.Heads, Shape.Positions, 1f / MathF.Sqrt(Shape.HeadSize))
            : null;

        RotaryTable Rotary(double theta) =>
            tables.TryGetValue(theta, out var table) ? table : tables[theta] = new RotaryTable(Shape.HeadSize, theta, Shape.Positions);
    }

    /// <summary>What all layers have in common.</summary>
    public TransformerConfig Shape { get; }

    /// <summary>Ids there are (V); 0 where the caller brings the first layer's input.</summary>
    public int Tokens => Embedding?.Tokens ?? 0;

    /// <summary>Types of tokens there are; where the network knows none, any type is as good as another.</summary>
    public int TokenTypes => Embedding?.Types ?? int.MaxValue;

    /// <summary>Bytes of the packed weights, and of the table of tokens where it is held in memory.</summary>
    public long Bytes => Layers.Sum(layer => layer.Bytes) + (Embedding?.Bytes ?? 0);

    /// <summary>The kernels of the products.</summary>
    public TileKernels Kernels { get; }

    internal TileKernels AttentionKernels { get; }

    internal TransformerLayer[] Layers { get; }

    internal TokenEmbedding? Embedding { get; }

    internal LayerNorm? FinalNorm { get; }

    internal RelativeBias? Relative { get; }

    /// <summary>Throws when the table of tokens is read out of its mapped file, and the file is no longer the one that was loaded. For the
    /// beginning of every call.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.ModelChanged"/>.</exception>
    public void EnsureUnchanged() => Embedding?.EnsureUnchanged();

    /// <summary>Takes a workspace that nobody uses; give it back with <see cref="Return"/>.</summary>
    public TransformerPass Rent() => _passes.TryTake(out var pass) ? pass : new TransformerPass(this);

    /// <summary>Gives a workspace back.</summary>
    public void Return(TransformerPass pass) => _passes.Add(pass);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var layer in Layers)
        {
            layer.Dispose();
        }

        while (_passes.TryTake(out var pass))
        {
            pass.Dispose();
        }
    }

    // Attention has no weights to quantize. With int8 it runs in fp32 on every processor: bfloat16, where there are instructions for it,
    // would be faster, but its bits are those of one instruction set, and the vectors of two machines would differ (docs/decisions/0007).
    private static TileKernels AttentionKernelsFor(ComputeOptions compute) =>
        TileKernels.Create(
            compute.Precision == ComputePrecision.BFloat16 ? ComputePrecision.BFloat16 : ComputePrecision.Float32,
            compute.Level
        );

    private void RequireShape()
    {
        var (hidden, heads, intermediate) = (Shape.Hidden, Shape.Heads, Shape.Intermediate);
        if (heads < 1 || Shape.KeyValueHeads < 1 || heads % Shape.KeyValueHeads != 0)
        {
            throw new SimileException(
                ErrorCode.UnsupportedModel,
                $"A transformer of {heads} heads and {Shape.KeyValueHeads} key/value heads is not supported: the second must divide "
                    + "the first."
            );
        }

        if (
            hidden < 4
            || hidden % 4 != 0
            || (Shape.ContextWidth != hidden && Shape.HeadSize == hidden / heads)
            || Shape.HeadSize < 4
            || Shape.HeadSize % 4 != 0
            || intermediate < 4
            || intermediate % 4 != 0
        )
        {
            throw new SimileException(
                ErrorCode.UnsupportedModel,
                $"An encoder of {hidden} values, {heads} heads and {intermediate} intermediate values is not supported: values, "
                    + "values a head and intermediate values must be multiples of 4."
            );
        }

        if ((long)Shape.HeadSize * Shape.Positions > MaxAngles)
        {
            throw new SimileException(
                ErrorCode.UnsupportedModel,
                $"An encoder of {Shape.Positions} positions with {Shape.HeadSize} values a head is larger than Simile takes "
                    + $"({MaxAngles} in all). Correct config.json."
            );
        }

        if (hidden > WidestState || Shape.ContextWidth > WidestState || intermediate > MaxIntermediate || Shape.Positions > MaxPositions)
        {
            throw new SimileException(
                ErrorCode.UnsupportedModel,
                $"An encoder of {hidden} values, {intermediate} intermediate values and {Shape.Positions} positions is larger than "
                    + $"Simile takes ({WidestState}, {MaxIntermediate}, {MaxPositions})."
            );
        }
    }
}
