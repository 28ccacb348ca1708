using System.Collections.Concurrent;
using Simile.Vectors;

namespace Simile.Batching;

/// <summary>Lets callers on many threads share batches: whatever waits when a worker is free runs together, up to a budget, without any
/// fixed delay.</summary>
/// <remarks>
/// <para>A call's answer is what the model gives it directly, bit for bit: order, errors of single inputs, and the space.
/// Calls share a batch when their options are equal. Large calls are split and put together again; while others wait in a lane, its large
/// calls take turns with them.</para>
/// <para>The interactive lane goes first. While both lanes wait, at least one batch in <see cref="BatchingOptions.BulkEvery"/> is begun by
/// the bulk lane.</para>
/// <para>When the model throws, the batch is halved until only the bad inputs have failed, each as a row with its error. Errors about the
/// call's options go to the callers.</para>
/// </remarks>
/// <typeparam name="TInput">What is embedded.</typeparam>
public sealed class BatchingEmbedder<TInput> : IEmbedder<TInput>, IAsyncDisposable, IDisposable
{
    private readonly BatchingOptions _options;
    private readonly Func<TInput, int> _cost;
    private readonly TimeProvider _time;
    private readonly CallKinds<TInput> _kinds;
    private readonly BatchingQueue<TInput> _queue;
    private readonly BatchWorker<TInput> _worker;
    private readonly Action<BatchingRequest<TInput>, BatchingEventKind> _tell;
    private readonly IEmbedder<TInput> _inner;

    /// <summary>Wraps an embedder, which stays open when this one is disposed.</summary>
    /// <param name="inner">The embedder.</param>
    /// <param name="options">Options, or null for the defaults.</param>
    /// <param name="cost">What an input takes of a batch's budget, at least 1; null for <see cref="InputCost.Default"/>.</param>
    /// <param name="time">The clock; null for the machine's.</param>
    /// <exception cref="SimileException"><see cref="ErrorCode.InvalidOption"/>.</exception>
    public BatchingEmbedder(
        IEmbedder<TInput> inner,
        BatchingOptions? options = null,
        Func<TInput, int>? cost = null,
        TimeProvider? time = null
    )
    {
        ArgumentNullException.ThrowIfNull(inner);
        (_inner, Space, Recipe) = (inner, inner.Space, inner.Recipe);
        _options = (options ?? new BatchingOptions()).Checked();
        _cost = cost ?? InputCost.Default<TInput>();
        _time = time ?? TimeProvider.System;
        _kinds = new CallKinds<TInput>(inner);
        _queue = new BatchingQueue<TInput>(_options);
        _worker = new BatchWorker<TInput>(_queue, new BatchRunner<TInput>(inner), _options, _time);
        _tell = Tell;
    }

    /// <inheritdoc/>
    public EmbeddingSpace Space { get; }

    /// <inheritdoc/>
    public EmbeddingRecipe Recipe { get; }

    /// <summary>Inputs that wait at the moment, in both lanes.</summary>
    public int Waiting => _queue.Waiting;

    /// <inheritdoc/>
    /// <remarks>Waits in the interactive lane.</remarks>
    /// <exception cref="SimileException">As the other overload.</exception>
    public ValueTask<EmbeddingBatch> EmbedAsync(
        IReadOnlyList<TInput> inputs,
        EmbedOptions? options = null,
        CancellationToken cancellationToken = default
    ) => EmbedAsync(inputs, options, BatchingCall.Interactive, cancellationToken);

    /// <summary>Embeds inputs, queued as <paramref name="call"/> says.</summary>
    /// <param name="inputs">The inputs.</param>
    /// <param name="options">Options of this call, or null for the defaults.</param>
    /// <param name="call">The lane and the deadline.</param>
    /// <param name="cancellationToken">Ends the wait at once; work that has not begun is dropped.</param>
    /// <exception cref="SimileException"><see cref="ErrorCode.QueueFull"/>, <see cref="ErrorCode.DeadlinePassed"/>,
    /// <see cref="ErrorCode.WorkerFailed"/>, <see cref="ErrorCode.ModelHangs"/>, or the embedder's own about the options.</exception>
    public ValueTask<EmbeddingBatch> EmbedAsync(
        IReadOnlyList<TInput> inputs,
        EmbedOptions? options,
        BatchingCall call,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(call);
        var settled = options ?? EmbedOptions.Default;
        return _kinds.Find(settled) is { } kind
            ? new ValueTask<EmbeddingBatch>(Queue(inputs, kind, call, cancellationToken))
            : EmbedNewKindAsync(inputs, settled, call, cancellationToken);
    }

    /// <inheritdoc/>
    public object? Find(Type type) => type?.IsInstanceOfType(this) == true ? this : _inner.Find(type!);

    /// <summary>This embedder as one that queues every call in the same way.</summary>
    public IEmbedder<TInput> As(BatchingCall call)
    {
        ArgumentNullException.ThrowIfNull(call);
        return new LaneView<TInput>(this, call);
    }

    /// <summary>Refuses what waits and what comes (<see cref="ObjectDisposedException"/>), and waits for the batches that run.</summary>
    public ValueTask DisposeAsync() => new(_queue.CloseAsync());

    /// <summary>As <see cref="DisposeAsync"/>, for containers that dispose synchronously: blocks until the batches that run have
    /// ended.</summary>
    public void Dispose() => _queue.CloseAsync().GetAwaiter().GetResult();

    private async ValueTask<EmbeddingBatch> EmbedNewKindAsync(
        IReadOnlyList<TInput> inputs,
        EmbedOptions options,
        BatchingCall call,
        CancellationToken cancellationToken
    )
    {
        var kind = await _kinds.AddAsync(options, cancellationToken).ConfigureAwait(false);
        return await Queue(inputs, kind, call, cancellationToken).ConfigureAwait(false);
    }

    private Task<EmbeddingBatch> Queue(IReadOnlyList<TInput> inputs, CallKind kind, BatchingCall call, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return Task.FromCanceled<EmbeddingBatch>(cancellationToken);
        }

        if (inputs.Count == 0)
        {
            return Task.FromResult(new EmbeddingBatch(kind.Space, [], []));
        }

        if (call.Deadline <= TimeSpan.Zero)
        {
            return Task.FromException<EmbeddingBatch>(BatchingErrors.DeadlinePassed(call.Deadline.Value));
        }

        var request = new BatchingRequest<TInput>(_queue, inputs, _cost, kind, call, _time.GetTimestamp(), _tell);
        try
        {
            request.Watch(_time, cancellationToken);
            if (_queue.Add(request))
            {
                _worker.Start();
            }
        }
        catch (Exception error)
        {
            // The caller hears of it through its task, as of every other error.
            request.Fail(error);
            Tell(request, BatchingEventKind.Refused);
        }

        return request.Task;
    }

    private void Tell(BatchingRequest<TInput> request, BatchingEventKind kind) =>
        _worker.Tell(() =>
            new BatchingEvent(kind, request.Call.Lane, request.Count, _queue.Waiting)
            {
                Calls = 1,
                Waited = _time.GetElapsedTime(request.Arrived),
            }
        );
}

/// <summary>What an input costs, where the caller does not say.</summary>
internal static class InputCost
{
    private const int CharactersPerToken = 4;
    private const int SpecialTokens = 2;

    /// <summary>Texts by their length, token ids by their number, everything else 1.</summary>
    public static Func<TInput, int> Default<TInput>() =>
        typeof(TInput) == typeof(string) ? input => OfText((string?)(object?)input)
        : typeof(TInput) == typeof(int[]) ? input => SpecialTokens + (((int[]?)(object?)input)?.Length ?? 0)
        : _ => 1;

    /// <summary>About how many tokens a text has, without tokenizing it.</summary>
    public static int OfText(string? text) => SpecialTokens + ((text?.Length ?? 0) / CharactersPerToken);
}

/// <summary>A batching embedder whose calls are all queued in one way.</summary>
internal sealed class LaneView<TInput>(BatchingEmbedder<TInput> embedder, BatchingCall call) : IEmbedder<TInput>
{
    public EmbeddingSpace Space => embedder.Space;

    public EmbeddingRecipe Recipe => embedder.Recipe;

    public ValueTask<EmbeddingBatch> EmbedAsync(
        IReadOnlyList<TInput> inputs,
        EmbedOptions? options = null,
        CancellationToken cancellationToken = default
    ) => embedder.EmbedAsync(inputs, options, call, cancellationToken);

    public object? Find(Type type) => type.IsInstanceOfType(this) ? this : embedder.Find(type);
}

/// <summary>Finds the kind of a call. Options are tried out once on no input at all, so that a caller hears at once of options that the
/// model cannot do.</summary>
/// <param name="inner">The model.</param>
internal sealed class CallKinds<TInput>(IEmbedder<TInput> inner)
{
    private const int Most = 1024;
    private readonly ConcurrentDictionary<EmbedOptions, CallKind> _kinds = [];
    private CallKind? _last;

    /// <summary>The kind of options that were seen before, or null.</summary>
    public CallKind? Find(EmbedOptions options)
    {
        // Callers keep their options as a rule, and a reference is compared much faster than four values.
        var last = _last;
        return ReferenceEquals(last?.Options, options) ? last : _last = _kinds.GetValueOrDefault(options);
    }

    /// <summary>The kind of options that are new.</summary>
    /// <exception cref="SimileException">The model cannot do that.</exception>
    public async ValueTask<CallKind> AddAsync(EmbedOptions options, CancellationToken cancellationToken)
    {
        var nothing = await inner.EmbedAsync([], options, cancellationToken).ConfigureAwait(false);
        if (_kinds.Count >= Most)
        {
            _kinds.Clear();
        }

        return _kinds.GetOrAdd(options, static (key, space) => new CallKind(key, space), nothing.Space);
    }
}

/// <summary>What calls must have in common to share a batch. There is one object for each set of options, so that kinds are compared by
/// reference.</summary>
/// <param name="options">The options.</param>
/// <param name="space">The space of vectors that are made with them.</param>
internal sealed class CallKind(EmbedOptions options, EmbeddingSpace space)
{
    public EmbedOptions Options => options;

    public EmbeddingSpace Space => space;
}
