using Simile.Vectors;

namespace Simile;

/// <summary>A picture's vector with all that went into it.</summary>
/// <param name="Name">What the picture is called: its path, or the name it was given.</param>
/// <param name="Sha256">SHA-256 over width, height and the upright RGB pixels, lower-case hexadecimal; empty when the picture could not be
/// decoded.</param>
/// <param name="Width">Columns of the upright picture; 0 when it could not be decoded.</param>
/// <param name="Height">Rows of the upright picture; 0 when it could not be decoded.</param>
/// <param name="Vector">The vector (D); empty when there is an error.</param>
/// <param name="Outcome">The error, if there is one. Pictures have no tokens.</param>
/// <param name="Timestamp">When it was embedded.</param>
public sealed record ImageEmbeddingRecord(
    string Name,
    string Sha256,
    int Width,
    int Height,
    ReadOnlyMemory<float> Vector,
    EmbeddingOutcome Outcome,
    DateTimeOffset Timestamp
);
