namespace Simile.Models;

/// <summary>How the states of a text's tokens become one vector; the order is the one in which several are joined.</summary>
internal enum PoolingMode
{
    /// <summary>The first token's state.</summary>
    Cls,

    /// <summary>The largest value of each dimension.</summary>
    Max,

    /// <summary>The mean of all states.</summary>
    Mean,

    /// <summary>The sum of all states divided by the square root of their number.</summary>
    MeanSqrtLength,

    /// <summary>The mean with weights 1, 2, 3 … along the text.</summary>
    WeightedMean,

    /// <summary>The last token's state.</summary>
    LastToken,
}
