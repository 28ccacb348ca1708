using System.Diagnostics;
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

/// <summary>One call while it runs: its clock and its trace.</summary>
internal sealed class CallRecording(EmbeddingMonitor monitor, Instruments instruments, Activity? trace, string model, TimeProvider time)
    : IDisposable
{
    private readonly long _start = time.GetTimestamp();

    /// <summary>The call has been answered.</summary>
    public void Answered(EmbeddingBatch batch)
    {
        var (tokens, truncated) = (0L, 0);
        foreach (var outcome in batch.Outcomes)
        {
            tokens += outcome.TokensUsed;
            truncated += outcome.Truncated ? 1 : 0;
            if (outcome.Error is { } error)
            {
                instruments.Errors.Add(1, Model, new(MetricNames.ErrorType, error.Code));
            }
        }

        monitor.Record(instruments.OperationDuration, time.GetElapsedTime(_start).TotalSeconds, Operation, Model, Provider);
        monitor.Keep($"{MetricNames.OperationDuration}:{model}", time.GetElapsedTime(_start).TotalSeconds);
        monitor.Record(instruments.Inputs, batch.Count, Model);
        if (tokens > 0)
        {
            monitor.Record(instruments.TokenUsage, tokens, Operation, Model, Provider, new(MetricNames.TokenType, "input"));
        }

        if (truncated > 0)
        {
            instruments.Truncations.Add(truncated, Model);
        }

        Tag(batch, tokens);
    }

    /// <summary>The call has failed as a whole.</summary>
    public void Failed(Exception error)
    {
        var type = error is SimileException own ? own.Code : error.GetType().FullName!;
        monitor.Record(
            instruments.OperationDuration,
            time.GetElapsedTime(_start).TotalSeconds,
            Operation,
            Model,
            Provider,
            new(MetricNames.ErrorType, type)
        );
        instruments.Errors.Add(1, Model, new(MetricNames.ErrorType, type));
        Identify()?.SetTag(MetricNames.ErrorType, type).SetStatus(ActivityStatusCode.Error, error.Message);
    }

    public void Dispose() => trace?.Dispose();

    private static KeyValuePair<string, object?> Operation => new(MetricNames.OperationName, "embeddings");

    private static KeyValuePair<string, object?> Provider => new(MetricNames.ProviderName, "simile");

    private KeyValuePair<string, object?> Model => new(MetricNames.RequestModel, model);

    private Activity? Identify() =>
        trace
            ?.SetTag(MetricNames.OperationName, "embeddings")
            .SetTag(MetricNames.RequestModel, model)
            .SetTag(MetricNames.ProviderName, "simile");

    private void Tag(EmbeddingBatch batch, long tokens) =>
        Identify()
            ?.SetTag(MetricNames.DimensionCount, batch.Dimensions)
            .SetTag(MetricNames.InputTokens, tokens)
            .SetTag(MetricNames.Inputs, batch.Count);
}
