namespace Simile.Engine.Convolutions;

/// <summary>A convolution as a checkpoint has it, its batch norm already folded in.</summary>
/// <param name="Weights">(O, C, k, k), row-major, as PyTorch keeps them.</param>
/// <param name="Bias">(O).</param>
/// <param name="Outputs">O.</param>
/// <param name="Inputs">C.</param>
/// <param name="Kernel">k: rows and columns that it sees at once.</param>
/// <param name="Stride">Rows and columns from one place to the next.</param>
/// <param name="Padding">Rows and columns of zeros on each side.</param>
internal sealed record ConvolutionWeights(float[] Weights, float[] Bias, int Outputs, int Inputs, int Kernel, int Stride, int Padding);
