using Simile.Vectors;

namespace Simile.Multimodal;

/// <summary>Puts the rows of two embedders back into the order of the inputs.</summary>
/// <param name="space">The space of all rows.</param>
/// <param name="count">Inputs.</param>
internal sealed class RowMerger(EmbeddingSpace space, int count)
{
    private readonly float[] _block = EmbeddingBatch.NewBlock(count, space.Dimensions);
    private readonly EmbeddingOutcome?[] _outcomes = new EmbeddingOutcome?[count];

    /// <summary>The outcome of an input, or null when it has had no part of any kind.</summary>
    public EmbeddingOutcome? OutcomeOf(int input) => _outcomes[input];

    /// <summary>The vector of an input (D); empty when it has none.</summary>
    public ReadOnlyMemory<float> VectorOf(int input) =>
        _outcomes[input] is { Succeeded: true } ? _block.AsMemory(input * space.Dimensions, space.Dimensions) : ReadOnlyMemory<float>.Empty;

    /// <summary>Embeds the inputs of one kind.</summary>
    public async ValueTask FillAsync<TInput, TPart>(
        IEmbedder<TPart>? embedder,
        IReadOnlyList<TInput> inputs,
        Func<TInput, TPart?> part,
        string kind,
        EmbedOptions options,
        CancellationToken cancellationToken
    )
        where TPart : class
    {
        var rows = Enumerable.Range(0, inputs.Count).Where(i => part(inputs[i]) is not null).ToArray();
        if (rows.Length == 0)
        {
            return;
        }

        if (embedder is null)
        {
            var error = new SimileException(
                ErrorCode.UnsupportedModality,
                $"The model embeds no {kind}. Use one that does ('simile models list' shows what each embeds)."
            );
            Array.ForEach(rows, row => _outcomes[row] = new EmbeddingOutcome(0, 0, error));
            return;
        }

        var batch = await embedder
            .EmbedAsync([.. rows.Select(row => part(inputs[row])!)], options, cancellationToken)
            .ConfigureAwait(false);
        space.EnsureSame(batch.Space);
        for (var i = 0; i < rows.Length; i++)
        {
            _outcomes[rows[i]] = batch.Outcomes[i];
            batch.Block.Span.Slice(i * space.Dimensions, space.Dimensions).CopyTo(_block.AsSpan(rows[i] * space.Dimensions));
        }
    }

    /// <summary>Makes an input a failed row.</summary>
    public void Fail(int input, SimileException error) => _outcomes[input] = new EmbeddingOutcome(0, 0, error);

    /// <summary>The rows; an input that is null is an error.</summary>
    public EmbeddingBatch ToBatch() =>
        new(
            space,
            _block,
            Array.ConvertAll(
                _outcomes,
                outcome =>
                    outcome ?? new EmbeddingOutcome(0, 0, new SimileException(ErrorCode.NullInput, "The input is null. Leave it out."))
            )
        );
}
