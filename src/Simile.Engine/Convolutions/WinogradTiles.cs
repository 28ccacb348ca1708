using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Simile.Engine.Convolutions;

/// <summary>The transforms of F(2 × 2, 3 × 3): 4 × 4 pixels into sixteen rows, and sixteen rows into 2 × 2 pixels.</summary>
internal static unsafe class WinogradTiles
{
    private const int Side = WinogradWeights.Side;
    private const int Lanes = 16;

    /// <summary>Bᵀ · d · B.</summary>
    /// <param name="pixels">Where the 4 × 4 pixels lie.</param>
    /// <param name="target">Gets row 0 of sixteen.</param>
    /// <param name="step">Floats from one row to the next.</param>
    /// <param name="channels">A multiple of 16.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Input(float** pixels, float* target, nint step, int channels)
    {
        var half = stackalloc float[Side * Side * Lanes];
        for (var channel = 0; channel < channels; channel += Lanes)
        {
            for (var column = 0; column < Side; column++)
            {
                var (a, b) = (Vector512.Load(pixels[column] + channel), Vector512.Load(pixels[Side + column] + channel));
                var (c, d) = (Vector512.Load(pixels[(2 * Side) + column] + channel), Vector512.Load(pixels[(3 * Side) + column] + channel));
                SpreadInput(a, b, c, d, half + (column * Lanes), Side * Lanes);
            }

            for (var row = 0; row < Side; row++)
            {
                var start = half + (row * Side * Lanes);
                SpreadInput(
                    Vector512.Load(start),
                    Vector512.Load(start + Lanes),
                    Vector512.Load(start + (2 * Lanes)),
                    Vector512.Load(start + (3 * Lanes)),
                    target + (row * Side * step) + channel,
                    step
                );
            }
        }
    }

    /// <summary>Aᵀ · m · A for sixteen channels: the 2 × 2 pixels, row by row.</summary>
    /// <param name="source">Row 0 of sixteen.</param>
    /// <param name="step">Floats from one row to the next.</param>
    /// <param name="target">Gets (4, 16).</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Output(float* source, nint step, float* target)
    {
        var half = stackalloc float[2 * Side * Lanes];
        for (var column = 0; column < Side; column++)
        {
            var start = source + (column * step);
            GatherOutput(
                Vector512.Load(start),
                Vector512.Load(start + (Side * step)),
                Vector512.Load(start + (2 * Side * step)),
                Vector512.Load(start + (3 * Side * step)),
                half + (column * Lanes),
                Side * Lanes
            );
        }

        for (var row = 0; row < 2; row++)
        {
            var start = half + (row * Side * Lanes);
            GatherOutput(
                Vector512.Load(start),
                Vector512.Load(start + Lanes),
                Vector512.Load(start + (2 * Lanes)),
                Vector512.Load(start + (3 * Lanes)),
                target + (row * 2 * Lanes),
                Lanes
            );
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void SpreadInput(
        Vector512<float> a,
        Vector512<float> b,
        Vector512<float> c,
        Vector512<float> d,
        float* target,
        nint step
    )
    {
        (a - c).Store(target);
        (b + c).Store(target + step);
        (c - b).Store(target + (2 * step));
        (b - d).Store(target + (3 * step));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void GatherOutput(
        Vector512<float> a,
        Vector512<float> b,
        Vector512<float> c,
        Vector512<float> d,
        float* target,
        nint step
    )
    {
        (a + b + c).Store(target);
        (b - c - d).Store(target + step);
    }
}
