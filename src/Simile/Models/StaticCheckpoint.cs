using System.Collections.Immutable;

namespace Simile.Models;

/// <summary>Where the parts of a static embedding model lie in its checkpoint.</summary>
/// <param name="WeightsPath">The safetensors file.</param>
/// <param name="TokenizerPath">The tokenizer.json.</param>
/// <param name="Normalize">Whether vectors are scaled to unit length.</param>
/// <param name="CountsUnknown">Whether the unknown token's row counts like any other: so in sentence-transformers' StaticEmbedding; model2vec leaves it out.</param>
/// <param name="TrainedDimensions">Shorter lengths the model was trained for.</param>
/// <param name="MaxTokens">Most tokens of a text that are used, or null for all.</param>
/// <param name="Sentence">Prompts, the similarity, and the length that vectors are cut to.</param>
public sealed record StaticCheckpoint(
    string WeightsPath,
    string TokenizerPath,
    bool Normalize,
    bool CountsUnknown,
    ImmutableArray<int> TrainedDimensions,
    int? MaxTokens,
    SentenceConfig Sentence);
