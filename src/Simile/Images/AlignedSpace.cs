using Simile.Models;
using Simile.Vectors;

namespace Simile.Images;

/// <summary>The text space that an image model was trained into, as its config.json names it.</summary>
internal static class AlignedSpace
{
    /// <summary>The space of the text model, or null when the image model has a space of its own.</summary>
    /// <param name="config">config.json, or null.</param>
    /// <param name="dimensions">What the network gives.</param>
    /// <exception cref="SimileException"><see cref="ErrorCode.UnsupportedModel"/> when the network gives vectors of another
    /// length.</exception>
    public static EmbeddingSpace? Read(ModelConfig? config, int dimensions)
    {
        if (config?.Child("aligned_with") is not { } partner)
        {
            return null;
        }

        var wanted = partner.Number("dimensions");
        return wanted == dimensions
            ? new EmbeddingSpace(partner.Text("space"), dimensions, unitLength: true, SimilarityMetric.Cosine)
            : throw partner.Unsupported($"vectors of {wanted} values, as the text space has, from a network that gives {dimensions}");
    }
}
