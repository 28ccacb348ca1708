using Simile.Vectors;

namespace Simile.Images;

/// <summary>What an embedder has to know of its model beside the network.</summary>
/// <param name="WeightsDigest">SHA-256 of the weights.</param>
/// <param name="Space">The space of its vectors.</param>
/// <param name="Notes">What was assumed, for the user to read.</param>
internal sealed record ImageModelTraits(string WeightsDigest, EmbeddingSpace Space, IReadOnlyList<string> Notes);
