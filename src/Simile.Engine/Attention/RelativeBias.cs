namespace Simile.Engine.Attention;

/// <summary>A learned number for each head and each bucket of distances, added to the scores (MPNet; T5's buckets, both directions). Raffel
/// et al. 2020, section 2.1.</summary>
internal sealed unsafe class RelativeBias
{
    private const int LargestDistance = 128;
    private readonly float[] _values;
    private readonly int _positions;

    /// <summary>Spreads the buckets over all distances.</summary>
    /// <param name="table">(buckets, heads).</param>
    /// <param name="buckets">Buckets.</param>
    /// <param name="heads">Heads.</param>
    /// <param name="positions">The longest sequence.</param>
    /// <param name="scale">What scores will be multiplied by; the numbers are divided by it.</param>
    public RelativeBias(float[] table, int buckets, int heads, int positions, float scale)
    {
        _positions = positions;
        _values = GC.AllocateArray<float>(heads * ((2 * positions) + 1), pinned: true);
        for (var head = 0; head < heads; head++)
        {
            for (var distance = -positions; distance <= positions; distance++)
            {
                _values[Index(head, distance)] = table[(BucketOf(distance, buckets) * heads) + head] / scale;
            }
        }
    }

    /// <summary>The numbers of a head; element 0 is distance 0 and the sequence's length goes both ways.</summary>
    public float* For(int head) => (float*)System.Runtime.InteropServices.Marshal.UnsafeAddrOfPinnedArrayElement(_values, Index(head, 0));

    /// <summary>The bucket of key − query: half of the buckets for either side, the nearer half of those exact, the rest
    /// logarithmic.</summary>
    internal static int BucketOf(int distance, int buckets)
    {
        var half = buckets / 2;
        var side = distance > 0 ? half : 0;
        var away = Math.Abs(distance);
        var exact = half / 2;
        if (away < exact)
        {
            return side + away;
        }

        // In 32-bit floats, as PyTorch computes it.
        var logarithmic = exact + (int)(MathF.Log(away / (float)exact) / (float)Math.Log(LargestDistance / (double)exact) * (half - exact));
        return side + Math.Min(logarithmic, half - 1);
    }

    private int Index(int head, int distance) => (head * ((2 * _positions) + 1)) + distance + _positions;
}
