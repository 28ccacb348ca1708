using Simile.Vectors;

namespace Simile.Monitoring;

/// <summary>Tells a monitor about each call: time, tokens, inputs, truncations, errors by code, and a trace. Changes nothing about the
/// answers.</summary>
/// <typeparam name="TInput">What is embedded.</typeparam>
public sealed class MonitoringEmbedder<TInput> : IEmbedder<TInput>
{
    private readonly IEmbedder<TInput> _inner;
    private readonly EmbeddingMonitor _monitor;
    private readonly string _model;

    /// <summary>Puts a monitor before an embedder; neither is disposed with it.</summary>
    /// <param name="inner">The embedder.</param>
    /// <param name="monitor">The monitor; one may serve many embedders.</param>
    /// <param name="model">The model's name, as it appears in metrics and traces.</param>
    public MonitoringEmbedder(IEmbedder<TInput> inner, EmbeddingMonitor monitor, string model)
    {
        ArgumentNullException.ThrowIfNull(inner);
        ArgumentNullException.ThrowIfNull(monitor);
        ArgumentException.ThrowIfNullOrEmpty(model);
        (_inner, _monitor, _model) = (inner, monitor, model);
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
        // Whoever listens to metrics and traces may throw at every step; the answer is the caller's all the same.
        CallRecording? call = null;
        UserCallback.Run(() => call = _monitor.Begin(_model));
        try
        {
            var batch = await _inner.EmbedAsync(inputs, options, cancellationToken).ConfigureAwait(false);
            UserCallback.Run(() => call?.Answered(batch));
            return batch;
        }
        catch (Exception error)
        {
            UserCallback.Run(() => call?.Failed(error));
            throw;
        }
        finally
        {
            UserCallback.Run(() => call?.Dispose());
        }
    }

    /// <inheritdoc/>
    public object? Find(Type type) => type?.IsInstanceOfType(this) == true ? this : _inner.Find(type!);
}
