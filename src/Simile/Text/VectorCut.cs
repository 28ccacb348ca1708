using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Simile.Models;
using Simile.Vectors;

namespace Simile.Text;

/// <summary>How a model's vectors end: scaled to unit length, or cut to the length that its folder asks for (truncate_dim). What is cut was
/// scaled before, as in sentence-transformers, and is not scaled again.</summary>
/// <param name="Dimensions">Values a vector of the answer.</param>
/// <param name="Normalizes">Whether the model scales its vectors.</param>
/// <param name="Cuts">Whether values are left out.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct VectorCut(int Dimensions, bool Normalizes, bool Cuts)
{
    public static VectorCut Of(SentenceConfig sentence, int dimensions, bool normalizes) =>
        sentence.TruncateDimensions is { } wanted && wanted < dimensions
            ? new VectorCut(wanted, normalizes, Cuts: true)
            : new VectorCut(dimensions, normalizes, Cuts: false);

    /// <summary>The space of the answers.</summary>
    public EmbeddingSpace SpaceOf(string id, SimilarityMetric metric, ImmutableArray<int> trained) =>
        new(id, Dimensions, Normalizes && !Cuts, metric, trained);

    /// <summary>Writes a row of the answer.</summary>
    /// <param name="vector">The network's vector, which may be changed.</param>
    /// <param name="space">The answer's space.</param>
    /// <param name="row">Gets the row.</param>
    /// <exception cref="SimileException"><see cref="ErrorCode.InvalidVector"/>.</exception>
    public void Fill(Span<float> vector, EmbeddingSpace space, Span<float> row)
    {
        if (Cuts && Normalizes)
        {
            UnitLength.Normalize(vector);
        }

        space.Fill(vector, row);
    }
}
