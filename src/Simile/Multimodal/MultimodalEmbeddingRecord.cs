using Simile.Vectors;

namespace Simile.Multimodal;

/// <summary>The vectors of one input: of its text, of its picture, and of both together.</summary>
/// <param name="Input">The input as it was given.</param>
/// <param name="TextVector">The text's vector in the text space; empty when there is no text, or when it failed.</param>
/// <param name="ImageVector">The picture's vector in the image space; empty when there is no picture, or when it failed.</param>
/// <param name="FusedVector">The fused vector; empty when there is an error.</param>
/// <param name="TextOutcome">What became of the text; null when there is none.</param>
/// <param name="ImageOutcome">What became of the picture; null when there is none.</param>
/// <param name="Outcome">What became of the whole input.</param>
/// <param name="Timestamp">When it was embedded.</param>
public sealed record MultimodalEmbeddingRecord(
    MultimodalInput? Input,
    ReadOnlyMemory<float> TextVector,
    ReadOnlyMemory<float> ImageVector,
    ReadOnlyMemory<float> FusedVector,
    EmbeddingOutcome? TextOutcome,
    EmbeddingOutcome? ImageOutcome,
    EmbeddingOutcome Outcome,
    DateTimeOffset Timestamp
);
