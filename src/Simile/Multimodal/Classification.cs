using Simile.Vectors;

namespace Simile.Multimodal;

/// <summary>A label and how much speaks for it.</summary>
/// <param name="Label">The label.</param>
/// <param name="Score">Its share, from 0 to 1; those of all labels add up to 1.</param>
public sealed record LabelScore(string Label, double Score);

/// <summary>What one input is.</summary>
/// <param name="Scores">All labels, best first; empty when there is an error.</param>
/// <param name="Outcome">What became of the input.</param>
public sealed record Classification(IReadOnlyList<LabelScore> Scores, EmbeddingOutcome Outcome);
