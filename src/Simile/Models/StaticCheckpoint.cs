using System.Collections.Immutable;

namespace Simile.Models;

/// <summary>Where the parts of a static embedding model lie, and what is done behind its table.</summary>
internal sealed record StaticCheckpoint
{
    /// <summary>The safetensors file.</summary>
    public required string WeightsPath { get; init; }

    /// <summary>The tokenizer.json.</summary>
    public required string TokenizerPath { get; init; }

    /// <summary>Whether vectors are scaled to unit length.</summary>
    public bool Normalize { get; init; }

    /// <summary>Whether the unknown token's row counts like any other: so in sentence-transformers' StaticEmbedding; model2vec leaves it
    /// out.</summary>
    public bool CountsUnknown { get; init; }

    /// <summary>Shorter lengths the model was trained for.</summary>
    public ImmutableArray<int> TrainedDimensions { get; init; } = [];

    /// <summary>Most tokens of a text that are used, or null for all.</summary>
    public int? MaxTokens { get; init; }

    /// <summary>Prompts, the similarity, and the length that vectors are cut to.</summary>
    public required SentenceConfig Sentence { get; init; }
}
