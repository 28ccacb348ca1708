namespace Simile.Training.Alignment;

/// <summary>Ways of bringing a text space and an image space together.</summary>
public enum AlignmentMethod
{
    /// <summary>Ridge regression of the picture's vector on the text's; the joint space is the centred image space.</summary>
    Ridge,

    /// <summary>Orthogonal Procrustes: the rotations that bring both sides together without changing an angle inside either (in the
    /// subspace they share).</summary>
    Procrustes,

    /// <summary>Regularized canonical correlation: the directions of both spaces that vary together, weighted by how much.</summary>
    Cca,

    /// <summary>Two heads trained by InfoNCE with a learned temperature.</summary>
    Contrastive,
}
