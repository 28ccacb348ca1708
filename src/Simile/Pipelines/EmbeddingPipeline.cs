using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Simile.Vectors;

namespace Simile.Pipelines;

/// <summary>Begins pipelines.</summary>
public static class EmbeddingPipeline
{
    /// <summary>A pipeline without steps, to add some to.</summary>
    /// <typeparam name="T">What goes in.</typeparam>
    public static EmbeddingPipeline<T, T> Of<T>() => new((items, _) => items);

    /// <summary>Adds the embedding of the items, many at once.</summary>
    /// <param name="pipeline">The pipeline.</param>
    /// <param name="embedder">The embedder.</param>
    /// <param name="options">Options of every call, or null for the defaults.</param>
    /// <param name="size">The most items of a call.</param>
    /// <param name="step">How the step runs; an item of it is a call.</param>
    public static EmbeddingPipeline<TIn, ReadOnlyMemory<float>> ThenEmbed<TIn, TInput>(
        this EmbeddingPipeline<TIn, TInput> pipeline,
        IEmbedder<TInput> embedder,
        EmbedOptions? options = null,
        int size = 1024,
        StepOptions? step = null
    )
    {
        ArgumentNullException.ThrowIfNull(pipeline);
        ArgumentNullException.ThrowIfNull(embedder);
        return pipeline.ThenMany(size, EmbedAsync, step);

        async ValueTask<IReadOnlyList<StepResult<ReadOnlyMemory<float>>>> EmbedAsync(
            IReadOnlyList<TInput> inputs,
            CancellationToken cancellationToken
        )
        {
            var batch = await embedder.EmbedAsync(inputs, options, cancellationToken).ConfigureAwait(false);
            return
            [
                .. Enumerable
                    .Range(0, batch.Count)
                    .Select(i => new StepResult<ReadOnlyMemory<float>>(
                        batch.Block.Slice(i * batch.Dimensions, batch.Dimensions),
                        batch.Outcomes[i].Error
                    )),
            ];
        }
    }
}

/// <summary>Typed steps that a stream of items runs through: side by side, in order, and never more items under way than the steps' buffers
/// hold.</summary>
/// <remarks>An item that fails carries its error past the later steps to the end; the others go on. Immutable: adding a step makes another
/// pipeline.</remarks>
/// <typeparam name="TIn">What goes in.</typeparam>
/// <typeparam name="TOut">What comes out.</typeparam>
public sealed class EmbeddingPipeline<TIn, TOut>
{
    private readonly Func<IAsyncEnumerable<PipelineItem<TIn>>, CancellationToken, IAsyncEnumerable<PipelineItem<TOut>>> _steps;

    internal EmbeddingPipeline(Func<IAsyncEnumerable<PipelineItem<TIn>>, CancellationToken, IAsyncEnumerable<PipelineItem<TOut>>> steps) =>
        _steps = steps;

    /// <summary>Adds a step.</summary>
    /// <param name="step">Makes of one item the next. What it throws becomes the item's error (<see cref="ErrorCode.StepFailed"/>, or its
    /// own code).</param>
    /// <param name="options">How the step runs, or null for the defaults.</param>
    public EmbeddingPipeline<TIn, TNext> Then<TNext>(Func<TOut, CancellationToken, ValueTask<TNext>> step, StepOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(step);
        var ordered = new OrderedStep<TOut, TNext>(step, (options ?? StepOptions.Default).Checked());
        return new((items, cancellationToken) => ordered.RunAsync(_steps(items, cancellationToken), cancellationToken));
    }

    /// <summary>Adds a step that waits for nothing.</summary>
    /// <inheritdoc cref="Then{TNext}(Func{TOut, CancellationToken, ValueTask{TNext}}, StepOptions?)"/>
    public EmbeddingPipeline<TIn, TNext> Then<TNext>(Func<TOut, TNext> step, StepOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(step);
        return Then((item, _) => ValueTask.FromResult(step(item)), options);
    }

    /// <summary>Adds a step that takes the items which are there together, without waiting for more.</summary>
    /// <param name="size">The most items at once.</param>
    /// <param name="step">Gives one result an item, in order. What it throws becomes the error of all of them.</param>
    /// <param name="options">How the step runs, or null for the defaults; an item of it is a group.</param>
    public EmbeddingPipeline<TIn, TNext> ThenMany<TNext>(
        int size,
        Func<IReadOnlyList<TOut>, CancellationToken, ValueTask<IReadOnlyList<StepResult<TNext>>>> step,
        StepOptions? options = null
    )
    {
        ArgumentNullException.ThrowIfNull(step);
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        var grouped = new GroupedStep<TOut, TNext>(size, step, (options ?? StepOptions.Default).Checked());
        return new((items, cancellationToken) => grouped.RunAsync(_steps(items, cancellationToken), cancellationToken));
    }

    /// <summary>Runs items through all steps.</summary>
    /// <param name="source">The items. An error of the source ends the stream; what was read before still comes out.</param>
    /// <param name="progress">Hears of every item that comes out.</param>
    /// <param name="cancellationToken">Stops all steps. Leaving the loop over the answer does so too.</param>
    /// <returns>One item for each of the source, in its order.</returns>
    public async IAsyncEnumerable<PipelineItem<TOut>> RunAsync(
        IAsyncEnumerable<TIn> source,
        IProgress<PipelineProgress>? progress = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(source);
        var (read, done, failed) = (0L, 0L, 0L);
        await foreach (var item in _steps(NumberAsync(cancellationToken), cancellationToken).ConfigureAwait(false))
        {
            done++;
            failed += item.Error is null ? 0 : 1;
            var now = new PipelineProgress(Interlocked.Read(ref read), done, failed);
            UserCallback.Run(() => progress?.Report(now));
            yield return item;
        }

        async IAsyncEnumerable<PipelineItem<TIn>> NumberAsync([EnumeratorCancellation] CancellationToken stop)
        {
            await foreach (var item in source.WithCancellation(stop).ConfigureAwait(false))
            {
                yield return new PipelineItem<TIn>(Interlocked.Increment(ref read) - 1, item);
            }
        }
    }
}

/// <summary>How far a pipeline has come.</summary>
/// <param name="Read">Items that were read from the source.</param>
/// <param name="Done">Items that left the last step, failed ones included.</param>
/// <param name="Failed">Items that left with an error.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct PipelineProgress(long Read, long Done, long Failed);

internal static class PipelineErrors
{
    public static SimileException StepFailed(Exception error) =>
        error as SimileException
        ?? new SimileException(
            ErrorCode.StepFailed,
            $"A step of the pipeline failed on this item: {error.GetType().Name}: {error.Message}",
            error
        );

    public static SimileException WrongCount(int items, int results) =>
        new(ErrorCode.StepFailed, $"A step of the pipeline gave {results} results for {items} items; it must give one for each.");

    public static SimileException AnotherInput(string path, string what) =>
        new(ErrorCode.ResumeMismatch, $"{path} cannot be continued: {what}. Run it as it was begun, or start over (--restart).");
}
