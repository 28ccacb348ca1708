namespace Simile.Tests.Imaging.Decoding.WebP;

/// <summary>The loop filters of RFC 6386, section 15, a place at a time.</summary>
internal static class EdgeTwin
{
    /// <summary>Smooths eight samples across an edge: 0 is the simple filter, 1 the normal one between macroblocks, 2 the one
    /// within.</summary>
    public static int[] Smooth(int kind, int[] taps, int limit, int interior, int highVariance)
    {
        var s = taps.Select(tap => tap - 128).ToArray();
        var isSmall = (Math.Abs(s[3] - s[4]) * 2) + (Math.Abs(s[2] - s[5]) >> 1) <= limit;
        var isEven = kind == 0 || Enumerable.Range(0, 7).All(i => i == 3 || Math.Abs(s[i] - s[i + 1]) <= interior);
        if (isSmall && isEven)
        {
            var isUneven = Math.Abs(s[2] - s[3]) > highVariance || Math.Abs(s[5] - s[4]) > highVariance;
            Apply(kind, s, isUneven);
        }

        return [.. s.Select(value => value + 128)];
    }

    private static void Apply(int kind, int[] s, bool isUneven)
    {
        if (kind == 0 || isUneven)
        {
            Adjust(s, true);
        }
        else if (kind == 1)
        {
            var w = Clip(Clip(s[2] - s[5]) + (3 * (s[4] - s[3])));
            for (var i = 0; i < 3; i++)
            {
                var a = Clip(((27 - (9 * i)) * w + 63) >> 7);
                (s[3 - i], s[4 + i]) = (Clip(s[3 - i] + a), Clip(s[4 + i] - a));
            }
        }
        else
        {
            var a = (Adjust(s, false) + 1) >> 1;
            (s[2], s[5]) = (Clip(s[2] + a), Clip(s[5] - a));
        }
    }

    private static int Adjust(int[] s, bool usesOuterTaps)
    {
        var a = Clip((usesOuterTaps ? Clip(s[2] - s[5]) : 0) + (3 * (s[4] - s[3])));
        var (behind, before) = (Clip(a + 4) >> 3, Clip(a + 3) >> 3);
        (s[4], s[3]) = (Clip(s[4] - behind), Clip(s[3] + before));
        return behind;
    }

    private static int Clip(int value) => Math.Clamp(value, -128, 127);
}
