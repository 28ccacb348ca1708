using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Simile.Imaging.Decoding.Jpeg;

/// <summary>Turns planes of coefficients, all scans read, into the picture.</summary>
internal static class CoefficientPicture
{
    /// <summary>Writes all rows.</summary>
    public static void Write(JpegFrame frame, CoefficientPlane[] planes, PictureRows rows, DecodeBudget budget)
    {
        short[][] factors = Array.ConvertAll(frame.Components, FactorsByPlace);
        for (int row = 0; row < frame.McusDown; row++)
        {
            budget.CheckTime();
            foreach (JpegComponent component in frame.Components)
            {
                int end = Math.Min(component.BlocksDown, (row + 1) * component.Vertical);
                for (int blockRow = row * component.Vertical; blockRow < end; blockRow++)
                {
                    TransformRow(component, blockRow, planes[component.Index], factors[component.Index], rows.Planes[component.Index]);
                }
            }

            rows.Write(row);
        }
    }

    private static void TransformRow(
        JpegComponent component,
        int row,
        CoefficientPlane plane,
        ReadOnlySpan<short> factors,
        SamplePlane samples
    )
    {
        Span<short> block = stackalloc short[64];
        for (int column = 0; column < component.BlocksAcross; column++)
        {
            Multiply(plane.Block(row, column), factors, block);
            InverseDct.Transform(block, samples.Block(row, column), samples.RowStride);
        }
    }

    private static void Multiply(ReadOnlySpan<short> coefficients, ReadOnlySpan<short> factors, Span<short> products)
    {
        ReadOnlySpan<Vector256<short>> a = MemoryMarshal.Cast<short, Vector256<short>>(coefficients);
        ReadOnlySpan<Vector256<short>> b = MemoryMarshal.Cast<short, Vector256<short>>(factors);
        Span<Vector256<short>> target = MemoryMarshal.Cast<short, Vector256<short>>(products);
        for (int i = 0; i < target.Length; i++)
        {
            target[i] = a[i] * b[i];
        }
    }

    // A component that no scan has brought is grey.
    private static short[] FactorsByPlace(JpegComponent component)
    {
        short[] factors = new short[64];
        for (int k = 0; k < factors.Length; k++)
        {
            factors[Zigzag.Places[k]] = component.Quantization?[k] ?? 0;
        }

        return factors;
    }
}
