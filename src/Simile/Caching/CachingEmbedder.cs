using Simile.Images;
using Simile.Multimodal;
using Simile.Vectors;

namespace Simile.Caching;

/// <summary>Answers from a cache what was embedded before, and embeds only the rest. Neither the cache nor the embedder inside is disposed
/// with it.</summary>
/// <remarks>A cached answer is that of the first call, vector and counts, whatever else stood in the call; where the cache keeps 16 bits,
/// the vector is rounded and has unit length again. Errors are not kept. What several calls need at once is embedded once; when the call
/// that does it fails or is cancelled, another takes over. A cache that cannot be read or written is gone without, and
/// <see cref="CachingOptions.Observer"/> is told.</remarks>
/// <typeparam name="TInput">What is embedded.</typeparam>
public sealed class CachingEmbedder<TInput> : IEmbedder<TInput>
{
    private readonly IEmbedder<TInput> _inner;
    private readonly IEmbeddingCache _cache;
    private readonly IInputKey<TInput> _key;
    private readonly CachingOptions _options;
    private readonly SingleFlight _flights = new();
    private volatile Tuple<EmbedOptions, CallKey>? _last;

    /// <summary>Puts a cache before an embedder.</summary>
    /// <param name="inner">The embedder.</param>
    /// <param name="cache">The cache. It may be shared with other embedders: their keys differ.</param>
    /// <param name="key">What tells inputs apart.</param>
    /// <param name="options">Options, or null for the defaults.</param>
    public CachingEmbedder(IEmbedder<TInput> inner, IEmbeddingCache cache, IInputKey<TInput> key, CachingOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(inner);
        ArgumentNullException.ThrowIfNull(cache);
        ArgumentNullException.ThrowIfNull(key);
        (_inner, _cache, _key, _options) = (inner, cache, key, options ?? new CachingOptions());
    }

    /// <inheritdoc/>
    public EmbeddingSpace Space => _inner.Space;

    /// <inheritdoc/>
    public EmbeddingRecipe Recipe => _inner.Recipe;

    /// <inheritdoc/>
    public async ValueTask<EmbeddingBatch> EmbedAsync(
        IReadOnlyList<TInput> inputs,
        EmbedOptions? options = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(inputs);
        cancellationToken.ThrowIfCancellationRequested();
        if (inputs.Count == 0)
        {
            // Only the embedder knows whether it can do what the options ask for.
            return await _inner.EmbedAsync(inputs, options, cancellationToken).ConfigureAwait(false);
        }

        var settled = options ?? EmbedOptions.Default;
        var call = CallOf(settled);
        var rows = new CachedRows<TInput>(inputs, Space.For(settled), input => _key.KeyOf(input, call));
        var run = new CachedRun<TInput>(
            _inner,
            _cache,
            _flights,
            rows,
            settled,
            (input, key) => !_key.MayChange(input) || _key.KeyOf(input, call) == key
        );
        await run.CompleteAsync(cancellationToken).ConfigureAwait(false);
        if (_options.Observer is { } observer)
        {
            UserCallback.Run(() =>
                observer(
                    new CachingEvent(
                        inputs.Count,
                        run.Hits,
                        run.Embedded,
                        rows.Slots - run.Hits - run.Embedded,
                        inputs.Count - rows.Slots,
                        run.CacheError
                    )
                )
            );
        }

        return rows.ToBatch();
    }

    /// <inheritdoc/>
    public object? Find(Type type) => type?.IsInstanceOfType(this) == true ? this : _inner.Find(type!);

    // Most calls have the options of the one before.
    private CallKey CallOf(EmbedOptions options)
    {
        if (_last is { } last && last.Item1 == options)
        {
            return last.Item2;
        }

        var call = new CallKey(Recipe, Space.For(options), options);
        _last = Tuple.Create(options, call);
        return call;
    }
}

/// <summary>Puts caches before embedders of the usual inputs.</summary>
public static class CachingEmbedder
{
    /// <summary>Before an embedder of texts.</summary>
    public static CachingEmbedder<string> Over(IEmbedder<string> inner, IEmbeddingCache cache, CachingOptions? options = null) =>
        new(inner, cache, new TextKey(), options);

    /// <summary>Before an embedder of pictures.</summary>
    public static CachingEmbedder<ImageInput> Over(IEmbedder<ImageInput> inner, IEmbeddingCache cache, CachingOptions? options = null) =>
        new(inner, cache, new ImageKey(), options);

    /// <summary>Before an embedder of texts or pictures.</summary>
    public static CachingEmbedder<Content> Over(IEmbedder<Content> inner, IEmbeddingCache cache, CachingOptions? options = null) =>
        new(inner, cache, new ContentKey(), options);

    /// <summary>Before an embedder of texts with pictures.</summary>
    public static CachingEmbedder<MultimodalInput> Over(
        IEmbedder<MultimodalInput> inner,
        IEmbeddingCache cache,
        CachingOptions? options = null
    ) => new(inner, cache, new MultimodalKey(), options);
}
