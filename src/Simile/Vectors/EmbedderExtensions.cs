namespace Simile;

/// <summary>Short forms of <see cref="IEmbedder{TInput}.EmbedAsync"/>, for every embedder.</summary>
public static class EmbedderExtensions
{
    /// <summary>Embeds one input.</summary>
    /// <typeparam name="TInput">What is embedded.</typeparam>
    /// <param name="embedder">The embedder.</param>
    /// <param name="input">The input.</param>
    /// <param name="options">Options of this call, or null for the defaults.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <returns>Its vector, (D).</returns>
    /// <exception cref="SimileException">The error of the input, or the options ask for something the model cannot do.</exception>
    public static async ValueTask<EmbeddingVector> EmbedAsync<TInput>(
        this IEmbedder<TInput> embedder,
        TInput input,
        EmbedOptions? options = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(embedder);
        ArgumentNullException.ThrowIfNull(input);
        var batch = await embedder.EmbedAsync([input], options, cancellationToken).ConfigureAwait(false);
        return batch.Outcomes[0].Error is { } error
            ? throw new SimileException(error.Code, error.Description, error) { RetryAfter = error.RetryAfter }
            : batch[0];
    }

    /// <summary>Embeds inputs of any sequence, which is read to its end first.</summary>
    /// <inheritdoc cref="IEmbedder{TInput}.EmbedAsync"/>
    /// <typeparam name="TInput">What is embedded.</typeparam>
    /// <param name="embedder">The embedder.</param>
    /// <param name="inputs">The inputs; may be empty.</param>
    /// <param name="options">Options of this call, or null for the defaults.</param>
    /// <param name="cancellationToken">Stops the work between inputs.</param>
    public static ValueTask<EmbeddingBatch> EmbedAsync<TInput>(
        this IEmbedder<TInput> embedder,
        IEnumerable<TInput> inputs,
        EmbedOptions? options = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(embedder);
        ArgumentNullException.ThrowIfNull(inputs);
        return embedder.EmbedAsync([.. inputs], options, cancellationToken);
    }

    /// <summary>How alike two inputs are, by the metric of the model's space: for nearly all models the cosine, from -1 to 1
    /// (docs/similarity.md).</summary>
    /// <typeparam name="TInput">What is embedded.</typeparam>
    /// <param name="embedder">The embedder.</param>
    /// <param name="a">An input.</param>
    /// <param name="b">Another.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <exception cref="SimileException">The error of an input.</exception>
    public static async ValueTask<float> SimilarityAsync<TInput>(
        this IEmbedder<TInput> embedder,
        TInput a,
        TInput b,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(embedder);
        ArgumentNullException.ThrowIfNull(a);
        ArgumentNullException.ThrowIfNull(b);
        var batch = await embedder.EmbedAsync([a, b], null, cancellationToken).ConfigureAwait(false);
        return Similarity.Measure(batch, 0, batch, 1);
    }
}
