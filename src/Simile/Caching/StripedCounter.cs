using System.Runtime.InteropServices;

namespace Simile.Caching;

/// <summary>A count that many threads raise at once: each processor has a place of its own, on a line of memory of its own.</summary>
internal sealed class StripedCounter
{
    private readonly Stripe[] _stripes = new Stripe[Environment.ProcessorCount];

    public long Value => _stripes.Sum(stripe => stripe.Count);

    public void Increment() => Interlocked.Increment(ref _stripes[Thread.GetCurrentProcessorId() % _stripes.Length].Count);

    public void Add(long count) => Interlocked.Add(ref _stripes[Thread.GetCurrentProcessorId() % _stripes.Length].Count, count);

    [StructLayout(LayoutKind.Explicit, Size = 128)]
    private struct Stripe
    {
        [FieldOffset(64)]
        public long Count;
    }
}
