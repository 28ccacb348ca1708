using System.Runtime.CompilerServices;
using Simile.Engine.Assembly;
using Simile.Engine.Functions;

namespace Simile.Engine.Products;

/// <summary>Y = f(X · Wᵀ + b) over a part of the rows and a part of the panels. Parts may be computed in any order and by any
/// thread.</summary>
internal static unsafe class LinearProduct
{
    /// <summary>Computes rows and panels of the output.</summary>
    public static void Forward(
        TileKernels kernels,
        ProductRows rows,
        PackedMatrix matrix,
        TilePart part,
        in TileOutput output,
        ActivationKind activation
    )
    {
        switch (activation)
        {
            case ActivationKind.Identity:
                Forward<Identity>(kernels, rows, matrix, part, output);
                break;
            case ActivationKind.Relu:
                Forward<Relu>(kernels, rows, matrix, part, output);
                break;
            case ActivationKind.Gelu:
                Forward<GeluErf>(kernels, rows, matrix, part, output);
                break;
            case ActivationKind.GeluTanh:
                Forward<GeluTanh>(kernels, rows, matrix, part, output);
                break;
            case ActivationKind.QuickGelu:
                Forward<QuickGelu>(kernels, rows, matrix, part, output);
                break;
            case ActivationKind.Silu:
                Forward<Silu>(kernels, rows, matrix, part, output);
                break;
            default:
                Forward<Tanh>(kernels, rows, matrix, part, output);
                break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Forward<TActivation>(
        TileKernels kernels,
        ProductRows rows,
        PackedMatrix matrix,
        TilePart part,
        in TileOutput output
    )
        where TActivation : struct, IActivation
    {
        var memory = stackalloc byte[(TileShape.Rows * TileShape.StepBytes) + 64];
        var tile = (byte*)(((nint)memory + 63) & ~63);
        TileCall call;
        call.AStride = rows.Stride;
        call.Steps = matrix.Steps;
        call.C = tile;
        call.CStride = TileShape.StepBytes;
        for (var panel = part.FirstPanel; panel < part.EndPanel; panel++)
        {
            call.Panel = matrix.Panel(panel);
            for (var row = part.FirstRow; row < part.EndRow; row += TileShape.Rows)
            {
                var count = Math.Min(TileShape.Rows, part.EndRow - row);
                call.A = rows.Data + ((nint)row * rows.Stride);
                call.Rows = count;
                kernels.Run(&call);
                output.Store<TActivation>((float*)tile, rows, matrix, row, count, panel);
            }
        }
    }
}
