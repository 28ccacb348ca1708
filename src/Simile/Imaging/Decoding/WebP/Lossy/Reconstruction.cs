using System.Runtime.CompilerServices;

namespace Simile.Imaging.Decoding.WebP.Lossy;

/// <summary>Builds macroblocks: what is foretold and what the coefficients add (RFC 6386, 12 and 14.5).</summary>
internal sealed class Reconstruction(Frame frame, short[] coefficients)
{
    /// <summary>Builds a macroblock.</summary>
    public void Build(int column, int row, in Macroblock block)
    {
        if (block.IsSubdivided)
        {
            BuildSubblocks(column, row, block);
        }
        else
        {
            SquarePrediction.Fill(frame.Luma, frame.Luma.At(16 * column, 16 * row), 16, block.Modes[0], row > 0, column > 0);
            for (var pair = 0; block.HasCoefficients && pair < 8; pair++)
            {
                AddPair(frame.Luma, frame.Luma.At((16 * column) + (8 * (pair & 1)), (16 * row) + (4 * (pair >> 1))), 2 * pair, block);
            }
        }

        BuildChroma(frame.Blue, column, row, 16, block);
        BuildChroma(frame.Red, column, row, 20, block);
    }

    private void BuildSubblocks(int column, int row, in Macroblock block)
    {
        var luma = frame.Luma;
        var aboveRight = AboveRight(column, row);
        for (var i = 0; i < 16; i++)
        {
            var at = luma.At((16 * column) + (4 * (i & 3)), (16 * row) + (4 * (i >> 2)));
            if (block.Modes[i] < SubblockMode.Vertical)
            {
                SquarePrediction.Fill(luma, at, 4, block.Modes[i], hasAbove: true, hasLeft: true);
            }
            else
            {
                SubblockPrediction.Fill(
                    luma,
                    at,
                    block.Modes[i],
                    (i & 3) == 3 ? aboveRight : Unsafe.ReadUnaligned<uint>(ref luma.Data[at - luma.Stride + 4])
                );
            }

            if (block.Filled[i] != 0)
            {
                BlockTransform.Add(coefficients.AsSpan(16 * i, 16), luma.Data, at, luma.Stride);
            }
        }
    }

    // All four subblocks at the right see what is above the macroblock to the right; there is nothing right of a row's last one.
    private uint AboveRight(int column, int row)
    {
        var at = frame.Luma.At((16 * column) + 16, (16 * row) - 1);
        return row > 0 && column == frame.Columns - 1
            ? frame.Luma.Data[at - 1] * 0x01010101u
            : Unsafe.ReadUnaligned<uint>(ref frame.Luma.Data[at]);
    }

    private void BuildChroma(Plane plane, int column, int row, int first, in Macroblock block)
    {
        var at = plane.At(8 * column, 8 * row);
        SquarePrediction.Fill(plane, at, 8, block.Chroma, row > 0, column > 0);
        if (block.HasCoefficients)
        {
            AddPair(plane, at, first, block);
            AddPair(plane, at + (4 * plane.Stride), first + 2, block);
        }
    }

    private void AddPair(Plane plane, int at, int first, in Macroblock block)
    {
        if ((block.Filled[first] | block.Filled[first + 1]) != 0)
        {
            BlockTransform.AddTwo(coefficients.AsSpan(16 * first, 32), plane.Data, at, plane.Stride);
        }
    }
}
