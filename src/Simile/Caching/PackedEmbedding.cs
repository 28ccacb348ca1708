namespace Simile.Caching;

/// <summary>An entry as a memory cache keeps it: as it came, or with its values in 16 bits.</summary>
internal sealed class PackedEmbedding
{
    // Measured (bench/caching): slot, packed entry, dictionary node, its share of the table and of the queue, and the headers of the arrays.
    private const int Overhead = 288;
    private readonly CachedEmbedding _exact;
    private readonly Half[]? _halves;

    public PackedEmbedding(CachedEmbedding value, CachePrecision precision)
    {
        if (precision == CachePrecision.Float16 && HalfVector.Fits(value.Vector.Span))
        {
            _halves = new Half[value.Vector.Length];
            HalfVector.Narrow(value.Vector.Span, _halves);
            _exact = value with { Vector = default, IsRounded = true };
            Bytes = Overhead + (2 * _halves.Length);
            return;
        }

        _exact = value;
        Bytes = Overhead + (sizeof(float) * value.Vector.Length);
    }

    /// <summary>Bytes it takes, with all that is needed to keep it.</summary>
    public int Bytes { get; }

    public CachedEmbedding Unpack() => _halves is null ? _exact : _exact with { Vector = HalfVector.Widen(_halves) };
}
