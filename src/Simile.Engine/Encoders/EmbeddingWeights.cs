using Simile.Engine.Tensors;

namespace Simile.Engine.Encoders;

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
