namespace Simile.Engine.Encoders;

/// <summary>An encoder as a checkpoint has it.</summary>
/// <param name="Shape">What all layers have in common.</param>
/// <param name="Embedding">What comes before the first layer; null where the caller brings the first layer's input.</param>
/// <param name="FinalNorm">The norm behind the last layer, or null.</param>
/// <param name="Relative">Learned numbers for distances, or null.</param>
internal sealed record EncoderWeights(EncoderShape Shape, EmbeddingWeights? Embedding, NormWeights? FinalNorm, RelativeWeights? Relative);

/// <summary>Learned numbers for distances (MPNet).</summary>
/// <param name="Table">(buckets, heads).</param>
/// <param name="Buckets">Buckets.</param>
internal sealed record RelativeWeights(float[] Table, int Buckets);
