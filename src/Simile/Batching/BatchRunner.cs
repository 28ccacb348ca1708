using Simile.Vectors;

namespace Simile.Batching;

/// <summary>Runs batches through the model. A batch on which the model throws is halved again and again, until only the bad inputs have
/// failed.</summary>
/// <param name="inner">The model.</param>
internal sealed class BatchRunner<TInput>(IEmbedder<TInput> inner)
{
    public async Task RunAsync(RequestBatch<TInput> batch, CancellationToken cancellationToken)
    {
        var inputs = batch.ToArray();
        if (await TryEmbedAsync(batch, inputs, 0, cancellationToken).ConfigureAwait(false) is { } error)
        {
            await BisectAsync(batch, inputs, 0, error, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task BisectAsync(
        RequestBatch<TInput> batch,
        ArraySegment<TInput> inputs,
        int start,
        Exception error,
        CancellationToken cancellationToken
    )
    {
        if (IsAboutTheCall(error))
        {
            batch.Fail(error);
            return;
        }

        if (inputs.Count == 1)
        {
            var outcome = new EmbeddingOutcome(0, 0, BatchingErrors.ModelFailed(error));
            batch.Deliver(start, new EmbeddingBatch(batch.Kind.Space, new float[batch.Kind.Space.Dimensions], [outcome]));
            return;
        }

        var half = inputs.Count / 2;
        foreach (var (part, at) in ((ArraySegment<TInput>, int)[])[(inputs[..half], start), (inputs[half..], start + half)])
        {
            if (await TryEmbedAsync(batch, part, at, cancellationToken).ConfigureAwait(false) is { } inPart)
            {
                await BisectAsync(batch, part, at, inPart, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async ValueTask<Exception?> TryEmbedAsync(
        RequestBatch<TInput> batch,
        ArraySegment<TInput> inputs,
        int start,
        CancellationToken cancellationToken
    )
    {
        // A batch that was given up goes on with nothing: its callers are answered.
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            var rows = await inner.EmbedAsync(inputs, batch.Kind.Options, cancellationToken).ConfigureAwait(false);
            RequireRows(rows, inputs.Count, batch.Kind.Space);
            batch.Deliver(start, rows);
            return null;
        }
        catch (Exception error) when (!cancellationToken.IsCancellationRequested)
        {
            return error;
        }
    }

    // An embedder throws these for options that it cannot follow, or when it cannot be reached; no single input is to blame.
    private static bool IsAboutTheCall(Exception error) =>
        error
            is SimileException { Code: ErrorCode.InvalidOption or ErrorCode.UnsupportedDimensions or ErrorCode.GeneratorUnavailable }
                or ObjectDisposedException;

    private static void RequireRows(EmbeddingBatch rows, int inputs, EmbeddingSpace space)
    {
        if (rows.Count != inputs)
        {
            throw BatchingErrors.WrongAnswer(inputs, $"{inputs} rows", $"{rows.Count}");
        }

        if (!rows.Space.Equals(space))
        {
            throw BatchingErrors.WrongAnswer(inputs, $"vectors of {space}", $"vectors of {rows.Space}");
        }
    }
}
