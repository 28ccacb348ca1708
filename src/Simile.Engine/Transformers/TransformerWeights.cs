using Simile.Engine.Assembly;
using Simile.Engine.Products;
using Simile.Engine.Tensors;

namespace Simile.Engine.Transformers;

/// <summary>An encoder as a checkpoint has it.</summary>
/// <param name="Shape">What all layers have in common.</param>
/// <param name="Embedding">What comes before the first layer; null where the caller brings the first layer's input.</param>
/// <param name="FinalNorm">The norm behind the last layer, or null.</param>
/// <param name="Relative">Learned numbers for distances, or null.</param>
internal sealed record TransformerWeights(
    TransformerConfig Shape,
    EmbeddingWeights? Embedding,
    NormWeights? FinalNorm,
    RelativeWeights? Relative
);

/// <summary>Learned numbers for distances (MPNet).</summary>
/// <param name="Table">(buckets, heads).</param>
/// <param name="Buckets">Buckets.</param>
internal sealed record RelativeWeights(float[] Table, int Buckets);

/// <summary>The weights of one layer as a checkpoint has them; matrices are (outputs, inputs), row-major. What is null is absent.</summary>
internal sealed record LayerWeights
{
    /// <summary>((heads + 2 · key/value heads) · d, H): queries, keys, values; (3H, H) where all have as many heads and H = heads ·
    /// d.</summary>
    public required float[] QueryKeyValue { get; init; }

    /// <summary>One for each row of <see cref="QueryKeyValue"/>.</summary>
    public float[]? QueryKeyValueBias { get; init; }

    /// <summary>(H, heads · d).</summary>
    public required float[] Output { get; init; }

    /// <summary>(H).</summary>
    public float[]? OutputBias { get; init; }

    /// <summary>(I, H); (2I, H) when gated: the rows under the function, then the others.</summary>
    public required float[] FeedForwardIn { get; init; }

    /// <summary>(I), or (2I) when gated.</summary>
    public float[]? FeedForwardInBias { get; init; }

    /// <summary>(H, I).</summary>
    public required float[] FeedForwardOut { get; init; }

    /// <summary>(H).</summary>
    public float[]? FeedForwardOutBias { get; init; }

    /// <summary>The norm of the attention part; null where the layer has none (ModernBERT's first).</summary>
    public NormWeights? AttentionNorm { get; init; }

    /// <summary>The norm of the feed-forward part.</summary>
    public required NormWeights FeedForwardNorm { get; init; }

    /// <summary>The norm between attention's output product and the residual sum, or null (Gemma has one; only with
    /// <see cref="NormPlacement.Before"/>).</summary>
    public NormWeights? AttentionOutputNorm { get; init; }

    /// <summary>The norm between the feed-forward part and the residual sum, or null.</summary>
    public NormWeights? FeedForwardOutputNorm { get; init; }

    /// <summary>The norm (d) of each head's queries before the rotary positions, or null.</summary>
    public NormWeights? QueryNorm { get; init; }

    /// <summary>The norm (d) of each head's keys before the rotary positions, or null.</summary>
    public NormWeights? KeyNorm { get; init; }

    /// <summary>A query sees keys at most this far away on either side; 0 for all.</summary>
    public int Window { get; init; }

    /// <summary>The base of rotary positions, or null for none.</summary>
    public double? RotaryTheta { get; init; }
}

/// <summary>The weights of a norm.</summary>
/// <param name="Weight">(H).</param>
/// <param name="Bias">(H), or null.</param>
internal sealed record NormWeights(float[] Weight, float[]? Bias);

/// <summary>The first product of a gated layer: panels under the function and panels beside it take turns, so that each pair is finished
/// together.</summary>
internal static class GatedWeights
{
    /// <summary>Packs (2I, H) weights: I rows under the function, then I rows beside it.</summary>
    public static PackedMatrix Pack(ComputePrecision precision, float[] weights, float[]? bias, int intermediate, int hidden)
    {
        var panels = TileShape.Panels(intermediate);
        var rows = 2 * panels * TileShape.Columns;
        var paired = new float[(long)rows * hidden];
        var pairedBias = new float[rows];
        for (var i = 0; i < intermediate; i++)
        {
            var target = (i / TileShape.Columns * 2 * TileShape.Columns) + (i % TileShape.Columns);
            Place(i, target);
            Place(intermediate + i, target + TileShape.Columns);
        }

        return PackedMatrix.Pack(precision, paired, rows, hidden, pairedBias);

        void Place(int source, int target)
        {
            weights.AsSpan(source * hidden, hidden).CopyTo(paired.AsSpan(target * hidden, hidden));
            pairedBias[target] = bias?[source] ?? 0;
        }
    }
}

/// <summary>What a token becomes before the first layer: its row of the table (scaled), its position's row, the token type's row,
/// normalized.</summary>
internal sealed record EmbeddingWeights
{
    /// <summary>The table, (V, H).</summary>
    public required TensorRows Table { get; init; }

    /// <summary>The largest table that is copied into memory, in bytes. Default: 512 MiB.</summary>
    public long LargestInMemory { get; init; } = TokenEmbedding.LargestInMemory;

    /// <summary>What is done to a row of the table before it is used, or null for nothing (an adapter).</summary>
    public Action<int, Memory<float>>? Adapt { get; init; }

    /// <summary>(P, H), or null where positions are rotary or relative.</summary>
    public float[]? Positions { get; init; }

    /// <summary>The row of the first position (2 in RoBERTa).</summary>
    public int FirstPosition { get; init; }

    /// <summary>What a token's row is multiplied by (Gemma: √H). Default: 1.</summary>
    public float Scale { get; init; } = 1;

    /// <summary>(types, H): a row for each token type, or null. Texts are of type 0, the second of a pair of type 1.</summary>
    public float[]? TokenTypes { get; init; }

    /// <summary>The norm behind the sum, or null.</summary>
    public NormWeights? Norm { get; init; }
}
