namespace Simile.Engine.Convolutions;

/// <summary>One block of a residual network: f(path(x) + shortcut(x)), f being ReLU, which also stands between the path's
/// convolutions.</summary>
/// <param name="Path">The convolutions, first to last.</param>
/// <param name="Shortcut">The convolution of the other branch, or null where it is the input itself.</param>
internal sealed record ResidualBlockWeights(IReadOnlyList<ConvolutionWeights> Path, ConvolutionWeights? Shortcut);

/// <summary>A residual network without its head (He et al. 2015).</summary>
/// <param name="Stem">The first convolution; ReLU and max pooling follow.</param>
/// <param name="Blocks">The blocks, read one by one.</param>
internal sealed record ResidualWeights(ConvolutionWeights Stem, IEnumerable<ResidualBlockWeights> Blocks);
