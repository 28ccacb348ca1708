using System.Runtime.CompilerServices;

namespace Simile.Imaging.Decoding.WebP.Lossless;

/// <summary>What four neighbours foretell, for the modes that need the pixel just done.</summary>
internal interface INeighbourRule
{
    static abstract uint Foretell(uint left, uint topLeft, uint top, uint topRight);
}

/// <summary>Mode 5.</summary>
internal readonly struct LeftTopRightTop : INeighbourRule
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Foretell(uint left, uint topLeft, uint top, uint topRight) => Pixels.Mean(Pixels.Mean(left, topRight), top);
}

/// <summary>Mode 6.</summary>
internal readonly struct LeftTopLeft : INeighbourRule
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Foretell(uint left, uint topLeft, uint top, uint topRight) => Pixels.Mean(left, topLeft);
}

/// <summary>Mode 7.</summary>
internal readonly struct LeftTop : INeighbourRule
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Foretell(uint left, uint topLeft, uint top, uint topRight) => Pixels.Mean(left, top);
}

/// <summary>Mode 10.</summary>
internal readonly struct All : INeighbourRule
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Foretell(uint left, uint topLeft, uint top, uint topRight) =>
        Pixels.Mean(Pixels.Mean(left, topLeft), Pixels.Mean(top, topRight));
}

/// <summary>Mode 11: left or top, whichever is nearer to left + top - topLeft.</summary>
internal readonly struct Select : INeighbourRule
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Foretell(uint left, uint topLeft, uint top, uint topRight) =>
        Distance(left, topLeft) <= Distance(top, topLeft) ? top : left;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Distance(uint a, uint b)
    {
        var sum = 0;
        for (var shift = 0; shift < 32; shift += 8)
        {
            sum += Math.Abs((int)((a >> shift) & 0xff) - (int)((b >> shift) & 0xff));
        }

        return sum;
    }
}
