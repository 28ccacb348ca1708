using System.Collections.Concurrent;
using Simile.Engine.Encoders;
using Simile.Engine.Products;
using Simile.Engine.Threads;

namespace Simile.Engine.Convolutions;

/// <summary>A residual network up to its global average: pictures to feature vectors. Immutable and safe to call from many
/// threads.</summary>
/// <remarks>What a picture becomes depends, bit for bit, on its own pixels, the precision and the instructions alone.</remarks>
internal sealed class ResidualNetwork : IDisposable
{
    private const long LargeMapBytes = 1 << 20;
    private readonly ConcurrentBag<ResidualPass> _passes = [];

    /// <summary>Packs the weights.</summary>
    /// <param name="weights">The checkpoint; each block is let go as soon as it is packed.</param>
    /// <param name="compute">The arithmetic of the products.</param>
    public ResidualNetwork(ResidualWeights weights, ComputeOptions compute)
    {
        ArgumentNullException.ThrowIfNull(weights);
        ArgumentNullException.ThrowIfNull(compute);
        Kernels = TileKernels.Create(compute.Precision, compute.Level);
        Stem = Convolution.Pack(compute.Precision, weights.Stem);
        Blocks = [.. weights.Blocks.Select(block => ResidualBlock.Pack(compute.Precision, block))];
        Dimensions = Blocks.Length > 0 ? Blocks[^1].Path[^1].Outputs : Stem.Outputs;
    }

    /// <summary>Values of a feature vector: the channels of the last block.</summary>
    public int Dimensions { get; }

    /// <summary>The kernels of the products.</summary>
    public TileKernels Kernels { get; }

    internal Convolution Stem { get; }

    internal ResidualBlock[] Blocks { get; }

    /// <summary>Runs pictures of one size.</summary>
    /// <param name="pictures">(N, 3, H, W), prepared.</param>
    /// <param name="height">H.</param>
    /// <param name="width">W.</param>
    /// <param name="vectors">Gets (N, D).</param>
    /// <param name="team">Threads that share each step, or null to stay on the caller's.</param>
    public void Forward(ReadOnlySpan<float> pictures, int height, int width, Span<float> vectors, WorkerTeam? team)
    {
        var pass = _passes.TryTake(out var free) ? free : new ResidualPass(this);
        pass.Forward(pictures, height, width, vectors, team);
        _passes.Add(pass);
        GC.KeepAlive(this);
    }

    /// <summary>The blocks whose maps are so large that a batch of them would not stay in the caches.</summary>
    internal int BlocksWithLargeMaps(int height, int width)
    {
        var pooled = (Height: PooledSize(Stem.OutputSize(height)), Width: PooledSize(Stem.OutputSize(width)));
        var count = 0;
        foreach (var block in Blocks)
        {
            foreach (var convolution in block.Path)
            {
                pooled = (convolution.OutputSize(pooled.Height), convolution.OutputSize(pooled.Width));
            }

            if ((long)pooled.Height * pooled.Width * block.Path[^1].Outputs * sizeof(float) < LargeMapBytes)
            {
                break;
            }

            count++;
        }

        return count;
    }

    private static int PooledSize(int size) => ((size - 1) / 2) + 1;

    /// <inheritdoc/>
    public void Dispose()
    {
        Stem.Dispose();
        foreach (var block in Blocks)
        {
            block.Dispose();
        }

        while (_passes.TryTake(out var pass))
        {
            pass.Dispose();
        }
    }
}
