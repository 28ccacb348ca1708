using Simile.Vectors;

namespace Simile.Batching;

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
