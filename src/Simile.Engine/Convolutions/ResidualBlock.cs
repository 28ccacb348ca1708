using Simile.Engine.Products;

namespace Simile.Engine.Convolutions;

/// <summary>One block, packed for the kernels.</summary>
internal sealed class ResidualBlock : IDisposable
{
    private ResidualBlock(Convolution[] path, Convolution? shortcut) => (Path, Shortcut) = (path, shortcut);

    public Convolution[] Path { get; }

    public Convolution? Shortcut { get; }

    public static ResidualBlock Pack(ComputePrecision precision, ResidualBlockWeights weights) =>
        new(
            [.. weights.Path.Select(convolution => Convolution.Pack(precision, convolution))],
            weights.Shortcut is { } shortcut ? Convolution.Pack(precision, shortcut) : null
        );

    public void Dispose()
    {
        Shortcut?.Dispose();
        foreach (var convolution in Path)
        {
            convolution.Dispose();
        }
    }
}
