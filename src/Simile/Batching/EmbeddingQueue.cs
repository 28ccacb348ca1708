using Simile.Vectors;

namespace Simile.Batching;

/// <summary>Collects inputs one by one and embeds them together when asked to. For inputs that come on their own, from many callers,
/// <see cref="BatchingEmbedder{TInput}"/> needs no asking.</summary>
/// <typeparam name="TInput">What is embedded.</typeparam>
/// <param name="embedder">The embedder.</param>
/// <param name="options">Options of every embedding, or null for the defaults.</param>
/// <param name="capacity">The most inputs that may wait, at least 1.</param>
public sealed class EmbeddingQueue<TInput>(IEmbedder<TInput> embedder, EmbedOptions? options = null, int capacity = int.MaxValue)
{
    private readonly Lock _gate = new();
    private List<EmbeddingTicket<TInput>> _waiting = [];

    /// <summary>Inputs that wait.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _waiting.Count;
            }
        }
    }

    /// <summary>Adds an input.</summary>
    /// <returns>What its vector can be awaited with.</returns>
    /// <exception cref="SimileException"><see cref="ErrorCode.QueueFull"/>.</exception>
    public EmbeddingTicket<TInput> Add(TInput input)
    {
        var ticket = new EmbeddingTicket<TInput>(input);
        lock (_gate)
        {
            if (_waiting.Count >= capacity)
            {
                throw new SimileException(ErrorCode.QueueFull, $"{_waiting.Count} inputs wait, and no more may. Process them first.");
            }

            _waiting.Add(ticket);
        }

        return ticket;
    }

    /// <summary>Embeds all that waits. If that fails as a whole, or is cancelled, all of it waits again, before what was added
    /// meanwhile.</summary>
    /// <returns>One row an input, in the order they were added.</returns>
    public async ValueTask<EmbeddingBatch> ProcessAsync(CancellationToken cancellationToken = default)
    {
        var tickets = TakeAll();
        try
        {
            var batch = await embedder
                .EmbedAsync([.. tickets.Select(ticket => ticket.Input)], options, cancellationToken)
                .ConfigureAwait(false);
            for (var i = 0; i < tickets.Count; i++)
            {
                tickets[i].Answer(batch, i);
            }

            return batch;
        }
        catch
        {
            lock (_gate)
            {
                _waiting.InsertRange(0, tickets);
            }

            throw;
        }
    }

    private List<EmbeddingTicket<TInput>> TakeAll()
    {
        lock (_gate)
        {
            var all = _waiting;
            _waiting = [];
            return all;
        }
    }
}

/// <summary>An input of an <see cref="EmbeddingQueue{TInput}"/> and the promise of its vector.</summary>
/// <typeparam name="TInput">What is embedded.</typeparam>
public sealed class EmbeddingTicket<TInput>
{
    private readonly TaskCompletionSource<ReadOnlyMemory<float>> _vector = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal EmbeddingTicket(TInput input) => Input = input;

    /// <summary>The input.</summary>
    public TInput Input { get; }

    /// <summary>Its vector (D), once the queue has been processed.</summary>
    /// <exception cref="SimileException">The error of this input.</exception>
    public Task<ReadOnlyMemory<float>> Vector => _vector.Task;

    internal void Answer(EmbeddingBatch batch, int row)
    {
        if (batch.Outcomes[row].Error is { } error)
        {
            _vector.SetException(error);
            return;
        }

        _vector.SetResult(batch.Block.Slice(row * batch.Dimensions, batch.Dimensions));
    }
}
