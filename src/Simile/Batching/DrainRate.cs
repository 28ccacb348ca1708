namespace Simile.Batching;

/// <summary>How fast a queue has been emptied of late, to tell those it refuses when to come again.</summary>
/// <param name="workers">Batches that run at the same time.</param>
internal sealed class DrainRate(int workers)
{
    private const double Newest = 0.2;
    private static readonly TimeSpan Unknown = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);
    private double _secondsPerCost;

    /// <summary>Learns from a batch.</summary>
    public void Learn(long cost, TimeSpan took)
    {
        var sample = took.TotalSeconds / Math.Max(1, cost);
        var known = Volatile.Read(ref _secondsPerCost);
        Volatile.Write(ref _secondsPerCost, known == 0 ? sample : known + (Newest * (sample - known)));
    }

    /// <summary>About when so much work is done, at least a millisecond from now.</summary>
    public TimeSpan TimeFor(long cost)
    {
        var seconds = Volatile.Read(ref _secondsPerCost) * cost / workers;
        return seconds == 0 ? Unknown : TimeSpan.FromSeconds(Math.Clamp(seconds, 0.001, Longest.TotalSeconds));
    }
}
