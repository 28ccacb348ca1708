using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Simile.Imaging.Decoding.WebP.Lossy;

/// <summary>Smooths the edges of macroblocks and of their subblocks, left before upper, outer before inner (RFC 6386, 15).</summary>
internal sealed class LoopFilter(Frame frame, bool isSimple)
{
    /// <summary>Smooths a macroblock.</summary>
    public void Run(int column, int row, Smoothing smoothing, bool hasInnerEdges)
    {
        if (smoothing.Limit == 0)
        {
            return;
        }

        if (isSimple)
        {
            RunSimple(column, row, smoothing.Limit, hasInnerEdges);
        }
        else
        {
            RunNormal(column, row, smoothing, hasInnerEdges);
        }
    }

    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void RunSimple(int column, int row, int limit, bool hasInnerEdges)
    {
        Span<Vector128<byte>> taps = stackalloc Vector128<byte>[EdgeSmoothing.Taps];
        var (samples, stride, at) = (frame.Luma.Data, frame.Luma.Stride, frame.Luma.At(16 * column, 16 * row));
        for (var x = column > 0 ? 0 : 4; x < (hasInnerEdges ? 16 : 4); x += 4)
        {
            EdgeTaps.LoadColumns(samples, at + x, samples, at + x + (8 * stride), stride, taps);
            EdgeSmoothing.Simple(taps, x == 0 ? limit + 4 : limit);
            EdgeTaps.StoreColumns(samples, at + x, samples, at + x + (8 * stride), stride, taps);
        }

        for (var y = row > 0 ? 0 : 4; y < (hasInnerEdges ? 16 : 4); y += 4)
        {
            EdgeTaps.LoadRows(samples, at + (y * stride), stride, taps);
            EdgeSmoothing.Simple(taps, y == 0 ? limit + 4 : limit);
            EdgeTaps.StoreRows(samples, at + (y * stride), stride, taps);
        }
    }

    private void RunNormal(int column, int row, Smoothing smoothing, bool hasInnerEdges)
    {
        var (luma, chroma) = (frame.Luma.At(16 * column, 16 * row), frame.Blue.At(8 * column, 8 * row));
        if (column > 0)
        {
            LumaColumn(luma, smoothing, isOuter: true);
            ChromaColumn(chroma, smoothing, isOuter: true);
        }

        if (hasInnerEdges)
        {
            LumaColumn(luma + 4, smoothing, isOuter: false);
            LumaColumn(luma + 8, smoothing, isOuter: false);
            LumaColumn(luma + 12, smoothing, isOuter: false);
            ChromaColumn(chroma + 4, smoothing, isOuter: false);
        }

        if (row > 0)
        {
            LumaRow(luma, smoothing, isOuter: true);
            ChromaRow(chroma, smoothing, isOuter: true);
        }

        if (hasInnerEdges)
        {
            LumaRow(luma + (4 * frame.Luma.Stride), smoothing, isOuter: false);
            LumaRow(luma + (8 * frame.Luma.Stride), smoothing, isOuter: false);
            LumaRow(luma + (12 * frame.Luma.Stride), smoothing, isOuter: false);
            ChromaRow(chroma + (4 * frame.Blue.Stride), smoothing, isOuter: false);
        }
    }

    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void LumaColumn(int at, Smoothing smoothing, bool isOuter)
    {
        Span<Vector128<byte>> taps = stackalloc Vector128<byte>[EdgeSmoothing.Taps];
        var (samples, stride) = (frame.Luma.Data, frame.Luma.Stride);
        EdgeTaps.LoadColumns(samples, at, samples, at + (8 * stride), stride, taps);
        Smooth(taps, smoothing, isOuter);
        EdgeTaps.StoreColumns(samples, at, samples, at + (8 * stride), stride, taps);
    }

    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void LumaRow(int at, Smoothing smoothing, bool isOuter)
    {
        Span<Vector128<byte>> taps = stackalloc Vector128<byte>[EdgeSmoothing.Taps];
        EdgeTaps.LoadRows(frame.Luma.Data, at, frame.Luma.Stride, taps);
        Smooth(taps, smoothing, isOuter);
        EdgeTaps.StoreRows(frame.Luma.Data, at, frame.Luma.Stride, taps);
    }

    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void ChromaColumn(int at, Smoothing smoothing, bool isOuter)
    {
        Span<Vector128<byte>> taps = stackalloc Vector128<byte>[EdgeSmoothing.Taps];
        EdgeTaps.LoadColumns(frame.Blue.Data, at, frame.Red.Data, at, frame.Blue.Stride, taps);
        Smooth(taps, smoothing, isOuter);
        EdgeTaps.StoreColumns(frame.Blue.Data, at, frame.Red.Data, at, frame.Blue.Stride, taps);
    }

    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void ChromaRow(int at, Smoothing smoothing, bool isOuter)
    {
        Span<Vector128<byte>> taps = stackalloc Vector128<byte>[EdgeSmoothing.Taps];
        EdgeTaps.LoadRows(frame.Blue.Data, frame.Red.Data, at, frame.Blue.Stride, taps);
        Smooth(taps, smoothing, isOuter);
        EdgeTaps.StoreRows(frame.Blue.Data, frame.Red.Data, at, frame.Blue.Stride, taps);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Smooth(Span<Vector128<byte>> taps, Smoothing smoothing, bool isOuter)
    {
        if (isOuter)
        {
            EdgeSmoothing.Outer(taps, smoothing.Limit + 4, smoothing.Interior, smoothing.HighVariance);
        }
        else
        {
            EdgeSmoothing.Inner(taps, smoothing.Limit, smoothing.Interior, smoothing.HighVariance);
        }
    }
}
