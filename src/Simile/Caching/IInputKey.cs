namespace Simile.Caching;

/// <summary>Says what tells one input from another.</summary>
/// <typeparam name="TInput">What is embedded.</typeparam>
public interface IInputKey<in TInput>
{
    /// <summary>The key of an input, or null when it has none (it is null, or its file cannot be read): it is embedded and never
    /// cached.</summary>
    CacheKey? KeyOf(TInput input, CallKey call);

    /// <summary>Whether the input may change between two readings, as a file can. Then its key is taken again after embedding, and an input
    /// that changed is not cached.</summary>
    bool MayChange(TInput input);
}
