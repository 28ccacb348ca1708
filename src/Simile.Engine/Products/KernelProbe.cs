using System.Diagnostics;
using Simile.Engine.Functions;
using Simile.Engine.Threads;

namespace Simile.Engine.Products;

/// <summary>Measures what the kernels of a precision reach on this machine.</summary>
internal static unsafe class KernelProbe
{
    private const int Rows = 96;
    private const int Depth = 384;
    private const int Outputs = 1536;
    private const int Blocks = 5;

    /// <summary>The best rate over a few short blocks, in 10⁹ operations a second (a multiplication and an addition are two).</summary>
    /// <param name="kernels">The kernels.</param>
    /// <param name="threads">Threads, each with a product of its own.</param>
    public static double Measure(TileKernels kernels, int threads)
    {
        ArgumentNullException.ThrowIfNull(kernels);
        var weights = new float[Outputs * Depth];
        for (var i = 0; i < weights.Length; i++)
        {
            weights[i] = (i % 17) - 8;
        }

        using var matrix = PackedMatrix.Pack(kernels.Precision, weights, Outputs, Depth, bias: null);
        using var team = new WorkerTeam(threads);
        var best = 0.0;
        for (var block = 0; block <= Blocks; block++)
        {
            var products = block == 0 ? 1 : 40;
            var start = Stopwatch.GetTimestamp();
            team.For(threads, _ => Multiply(kernels, matrix, products));
            best = Math.Max(best, 2.0 * Rows * Depth * Outputs * products * threads / Stopwatch.GetElapsedTime(start).TotalSeconds / 1e9);
        }

        return best;
    }

    private static void Multiply(TileKernels kernels, PackedMatrix matrix, int products)
    {
        using var rows = new ProductRows();
        using var target = new Memory.NativeBuffer();
        rows.Reserve(kernels.Precision, Rows, Depth);
        var row = stackalloc float[Depth];
        for (var i = 0; i < Depth; i++)
        {
            row[i] = (i % 13) - 6;
        }

        for (var i = 0; i < Rows; i++)
        {
            rows.Set(kernels.Precision, i, row, Depth);
        }

        var stride = Memory.RowStride.Of(Outputs * sizeof(float));
        var output = new TileOutput { Target = target.Reserve((long)stride * Rows), Stride = stride };
        for (var i = 0; i < products; i++)
        {
            LinearProduct.Forward(kernels, rows, matrix, new TilePart(0, Rows, 0, matrix.Panels), output, ActivationKind.Identity);
        }
    }
}
