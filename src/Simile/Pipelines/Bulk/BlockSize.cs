namespace Simile.Pipelines.Bulk;

/// <summary>How many lines are embedded together, so that a block takes about a given time: a slow model is checkpointed in time, a fast
/// one is not held up.</summary>
/// <param name="most">The most lines.</param>
/// <param name="target">How long a block should take.</param>
internal sealed class BlockSize(int most, TimeSpan target)
{
    // Fewer lines would not keep all threads of a transformer busy.
    private const int Fewest = 256;
    private int _lines = Math.Min(Fewest, most);

    /// <summary>Lines of the next block.</summary>
    public int Lines => Volatile.Read(ref _lines);

    /// <summary>Learns from a block.</summary>
    public void Learn(int lines, TimeSpan took)
    {
        var wanted = lines * Math.Min(2, target / (took + TimeSpan.FromTicks(1)));
        Volatile.Write(ref _lines, (int)Math.Clamp(wanted, Math.Min(Fewest, most), most));
    }
}
