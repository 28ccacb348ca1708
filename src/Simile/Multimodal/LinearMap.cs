namespace Simile.Multimodal;

/// <summary>Weights of y = W · x + b, as a training hands them over.</summary>
/// <param name="Inputs">Values of x (D).</param>
/// <param name="Outputs">Values of y (K).</param>
/// <param name="Weights">W, (K, D), row after row.</param>
/// <param name="Bias">b, (K).</param>
internal sealed record LinearMap(int Inputs, int Outputs, ReadOnlyMemory<float> Weights, ReadOnlyMemory<float> Bias);
