namespace Simile;

/// <summary>How two vectors of one space are compared.</summary>
public enum SimilarityMetric
{
    /// <summary>Cosine of the angle, from -1 to 1; higher is nearer.</summary>
    Cosine,

    /// <summary>Inner product; higher is nearer. Equals <see cref="Cosine"/> on vectors of unit length.</summary>
    Dot,

    /// <summary>Euclidean (L2) distance; lower is nearer.</summary>
    Euclidean,

    /// <summary>Manhattan (L1) distance; lower is nearer.</summary>
    Manhattan,
}
