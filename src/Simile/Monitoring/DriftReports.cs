namespace Simile.Monitoring;

/// <summary>How the vectors of the same inputs have changed.</summary>
/// <param name="Compared">Inputs that the baseline has and that could be embedded.</param>
/// <param name="Unknown">Inputs that the baseline does not have.</param>
/// <param name="Failed">Inputs of the baseline that have no vector any more.</param>
/// <param name="MeanCosine">The mean cosine between then and now; NaN when nothing was compared.</param>
/// <param name="LowestCosine">The lowest one.</param>
/// <param name="SameRecipe">Whether the recipe is the one of then; if so, every cosine should be 1.</param>
/// <param name="HasDrifted">Whether the lowest cosine is below <see cref="DriftOptions.LowestCosine"/>, or an input failed, or nothing
/// could be compared.</param>
public sealed record DriftReport(
    int Compared,
    int Unknown,
    int Failed,
    double MeanCosine,
    double LowestCosine,
    bool SameRecipe,
    bool HasDrifted
);

/// <summary>How far today's vectors, of whatever inputs, lie from the sample.</summary>
/// <param name="Compared">Today's vectors.</param>
/// <param name="CentreCosine">The cosine between the sum of today's vectors and that of the sample's, each vector at unit length.</param>
/// <param name="Nearest">The mean cosine between a vector of today and the nearest of the sample.</param>
/// <param name="NearestBefore">The mean cosine between a vector of the sample and the nearest other one of the sample.</param>
/// <param name="HasDrifted">Whether <paramref name="Nearest"/> is below <paramref name="NearestBefore"/> by more than
/// <see cref="DriftOptions.Distance"/>.</param>
public sealed record InputDriftReport(int Compared, double CentreCosine, double Nearest, double NearestBefore, bool HasDrifted);
