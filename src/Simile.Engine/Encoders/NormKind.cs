namespace Simile.Engine.Encoders;

/// <summary>How a row is normalized.</summary>
internal enum NormKind
{
    /// <summary>By its mean and its deviation (Ba, Kiros and Hinton 2016).</summary>
    Layer,

    /// <summary>By its root mean square alone (Zhang and Sennrich 2019).</summary>
    RootMeanSquare,
}
