namespace Simile.Caching;

/// <summary>Options of a <see cref="CachingEmbedder{TInput}"/>.</summary>
public sealed record CachingOptions
{
    /// <summary>Called once after each call that was answered, on its thread; null for nobody. It must not throw.</summary>
    public Action<CachingEvent>? Observer { get; init; }
}

/// <summary>How one call was answered. Hits, embedded, joined and repeated inputs make up all of them.</summary>
/// <param name="Inputs">Inputs of the call.</param>
/// <param name="Hits">Different inputs that the cache had.</param>
/// <param name="Embedded">Different inputs that were embedded by this call, failed ones included.</param>
/// <param name="Joined">Different inputs that another call was embedding at that moment.</param>
/// <param name="Repeated">Inputs that stood in the call before.</param>
/// <param name="CacheError">Why the cache could not be read or written, or null. The call was answered all the same.</param>
public sealed record CachingEvent(int Inputs, int Hits, int Embedded, int Joined, int Repeated, SimileException? CacheError);

/// <summary>How a cache keeps the values of vectors.</summary>
public enum CachePrecision
{
    /// <summary>32-bit floats: a hit is bit for bit what was put in.</summary>
    Float32,

    /// <summary>16-bit floats, half the space. A value is off by at most 2⁻¹¹ of its size, or by 2⁻²⁵ where it is below 2⁻¹⁴. A vector with
    /// a value of 65,520 or more in size is kept in 32 bits.</summary>
    Float16,
}
