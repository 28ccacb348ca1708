namespace Simile.Training.Alignment;

/// <summary>Something that learns by gradients.</summary>
internal interface IGradientModel
{
    /// <summary>What is learned.</summary>
    IReadOnlyList<Parameter> Parameters { get; }

    /// <summary>The loss of a batch of texts with their pictures; fills the parameters' gradients.</summary>
    double Compute(ReadOnlySpan<int> texts);

    /// <summary>How good the parameters are on the validation pairs; higher is better.</summary>
    double Validate();
}
