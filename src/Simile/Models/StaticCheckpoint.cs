using System.Collections.Immutable;

namespace Simile.Models;

/// <summary>Where the parts of a static embedding model lie in its checkpoint.</summary>
/// <param name="WeightsPath">The safetensors file.</param>
/// <param name="TokenizerPath">The tokenizer.json.</param>
/// <param name="TableName">The tensor of token vectors, (V, D).</param>
/// <param name="Normalize">Whether vectors are scaled to unit length.</param>
/// <param name="TrainedDimensions">Shorter lengths the model was trained for.</param>
/// <param name="MaxTokens">Most tokens of a text that are used, or null for all.</param>
/// <param name="Prompts">What is put before a text, by purpose (<c>query</c>, <c>document</c>).</param>
public sealed record StaticCheckpoint(
    string WeightsPath,
    string TokenizerPath,
    string TableName,
    bool Normalize,
    ImmutableArray<int> TrainedDimensions,
    int? MaxTokens,
    ImmutableDictionary<string, string> Prompts);
