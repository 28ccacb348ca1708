namespace Simile;

/// <summary>A text's vector with all that went into it.</summary>
/// <param name="Text">The text as it was given.</param>
/// <param name="ProcessedText">The text after the preprocess hook, without the prompt.</param>
/// <param name="Vector">The vector (D); empty when there is an error.</param>
/// <param name="Outcome">Tokens seen and used, truncation, or the error.</param>
/// <param name="Timestamp">When it was embedded.</param>
public sealed record TextEmbeddingRecord(
    string Text,
    string ProcessedText,
    ReadOnlyMemory<float> Vector,
    EmbeddingOutcome Outcome,
    DateTimeOffset Timestamp
);
