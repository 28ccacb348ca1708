namespace Simile.Imaging.Decoding.WebP.Lossless;

/// <summary>Adds up what a picture takes, and asks the budget each time.</summary>
internal sealed class MemoryClaim(DecodeBudget budget)
{
    private long _bytes;

    /// <summary>What the picture may cost.</summary>
    public DecodeBudget Budget => budget;

    /// <summary>Asks for more.</summary>
    public void Add(long bytes)
    {
        _bytes += bytes;
        budget.CheckMemory(_bytes);
        budget.CheckTime();
    }
}
