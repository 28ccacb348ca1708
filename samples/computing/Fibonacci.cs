namespace Samples;

/// <summary>Numbers of which each is the sum of the two before it.</summary>
public static class Fibonacci
{
    /// <summary>The first <paramref name="count"/> numbers of the sequence, without recursion.</summary>
    public static IEnumerable<long> Take(int count)
    {
        var (current, next) = (0L, 1L);
        for (var i = 0; i < count; i++)
        {
            yield return current;
            (current, next) = (next, current + next);
        }
    }
}
