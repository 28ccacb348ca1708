namespace Simile.Training;

/// <summary>SplitMix64: a small random number generator whose whole state is one number.</summary>
/// <remarks>Steele, Lea and Flood 2014, "Fast splittable pseudorandom number generators". Seeded by run and step, it makes a resumed
/// training equal to an unbroken one.</remarks>
internal struct SplitMix(ulong state)
{
    private ulong _state = state;

    public static SplitMix For(int seed, long step)
    {
        var mixed = new SplitMix(((ulong)(uint)seed << 40) ^ (ulong)step);
        return new SplitMix(mixed.Next());
    }

    public ulong Next()
    {
        _state += 0x9E3779B97F4A7C15;
        var z = _state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>A number from 0 up to, not including, <paramref name="limit"/>.</summary>
    public int Below(int limit) => (int)(((Next() >> 32) * (ulong)limit) >> 32);

    /// <summary>A number from 0 up to, not including, 1.</summary>
    public float Unit() => (Next() >> 40) * (1f / (1 << 24));

    /// <summary>A normally distributed number of deviation 1 (Box and Muller 1958).</summary>
    public float Normal() => MathF.Sqrt(-2 * MathF.Log(1 - Unit())) * MathF.Cos(2 * MathF.PI * Unit());
}
