using System.Collections.Concurrent;
using Simile.Engine.Attention;
using Simile.Engine.Functions;
using Simile.Engine.Products;
using Simile.Engine.Threads;

namespace Simile.Engine.Encoders;

/// <summary>A transformer encoder over packed sequences: no padding, whatever their lengths. Immutable and safe to call from many threads.</summary>
/// <remarks>What a sequence becomes depends, bit for bit, on its own tokens, the precision and the instructions alone.</remarks>
public sealed class Encoder : IDisposable
{
    private readonly ConcurrentBag<EncoderPass> _passes = [];

    /// <summary>Packs the weights.</summary>
    /// <param name="weights">What is common and what comes before the first layer.</param>
    /// <param name="layers">The layers, first to last; each is let go as soon as it is packed.</param>
    public Encoder(EncoderWeights weights, IEnumerable<LayerWeights> layers)
    {
        ArgumentNullException.ThrowIfNull(weights);
        ArgumentNullException.ThrowIfNull(layers);
        Shape = weights.Shape;
        Require(Shape.Hidden % 4 == 0 && Shape.Intermediate % 4 == 0 && Shape.Heads > 0 && Shape.Hidden % Shape.Heads == 0 && Shape.HeadSize % 4 == 0);
        var compute = Shape.Compute;
        Kernels = TileKernels.Create(compute.Precision, compute.Level);
        AttentionKernels = AttentionKernelsFor(compute);
        var tables = new Dictionary<double, RotaryTable>();
        Layers = [.. layers.Select(layer => EncoderLayer.Pack(Shape, layer, Rotary))];
        Embedding = new TokenEmbedding(weights.Embedding, Shape);
        FinalNorm = EncoderLayer.NormOf(weights.FinalNorm, Shape.Epsilon);
        Relative = weights.Relative is { } relative
            ? new RelativeBias(relative.Table, relative.Buckets, Shape.Heads, Shape.Positions, 1f / MathF.Sqrt(Shape.HeadSize))
            : null;

        RotaryTable Rotary(double theta) => tables.TryGetValue(theta, out var table)
            ? table
            : tables[theta] = new RotaryTable(Shape.HeadSize, theta, Shape.Positions);
    }

    /// <summary>What all layers have in common.</summary>
    public EncoderShape Shape { get; }

    /// <summary>Ids there are (V).</summary>
    public int Tokens => Embedding.Tokens;

    /// <summary>Bytes of the packed weights; the table of tokens stays in its file.</summary>
    public long Bytes => Layers.Sum(layer => layer.Bytes);

    /// <summary>The kernels of the products.</summary>
    public TileKernels Kernels { get; }

    internal TileKernels AttentionKernels { get; }

    internal EncoderLayer[] Layers { get; }

    internal TokenEmbedding Embedding { get; }

    internal LayerNorm? FinalNorm { get; }

    internal RelativeBias? Relative { get; }

    /// <summary>Takes a workspace that nobody uses; give it back with <see cref="Return"/>.</summary>
    public EncoderPass Rent() => _passes.TryTake(out var pass) ? pass : new EncoderPass(this);

    /// <summary>Gives a workspace back.</summary>
    public void Return(EncoderPass pass) => _passes.Add(pass);

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

    // Attention has no weights to quantize: with int8 it runs in bfloat16 where the processor has that, and in fp32 elsewhere.
    private static TileKernels AttentionKernelsFor(ComputeOptions compute)
    {
        var halved = compute.Precision == ComputePrecision.BFloat16
            || (compute.Precision == ComputePrecision.Int8 && TileKernels.Create(ComputePrecision.BFloat16, compute.Level).Level == InstructionLevel.Assembled);
        return TileKernels.Create(halved ? ComputePrecision.BFloat16 : ComputePrecision.Float32, compute.Level);
    }

    private void Require(bool fits)
    {
        if (!fits)
        {
            throw new SimileException(ErrorCode.UnsupportedModel, $"An encoder of {Shape.Hidden} values, {Shape.Heads} heads and {Shape.Intermediate} intermediate values is not supported: values, values a head and intermediate values must be multiples of 4.");
        }
    }
}
