using Simile.Vectors;

namespace Simile.Hosting.Tests;

/// <summary>An embedder whose vectors are made of each input's hash; "bad" fails as a row. It counts its calls, and can be made to throw or
/// to give other vectors.</summary>
internal sealed class FakeEmbedder<TInput>(Func<TInput, string> textOf) : IEmbedder<TInput>
{
    public const int Width = 4;
    private int _calls;

    public EmbeddingSpace Space { get; } = new("fake", Width, unitLength: false, SimilarityMetric.Cosine, [2]);

    public EmbeddingRecipe Recipe { get; } = new(new string('0', 64));

    public int Calls => _calls;

    public Exception? Throws { get; set; }

    public float Shift { get; set; }

    public EmbedOptions? LastOptions { get; private set; }

    public async ValueTask<EmbeddingBatch> EmbedAsync(
        IReadOnlyList<TInput> inputs,
        EmbedOptions? options = null,
        CancellationToken cancellationToken = default
    )
    {
        await Task.Yield();
        Interlocked.Increment(ref _calls);
        LastOptions = options;
        if (Throws is not null)
        {
            throw Throws;
        }

        var space = Space.Truncate(options?.Dimensions ?? Width);
        var block = new float[inputs.Count * space.Dimensions];
        var outcomes = new EmbeddingOutcome[inputs.Count];
        for (var i = 0; i < inputs.Count; i++)
        {
            var text = textOf(inputs[i]);
            outcomes[i] =
                text == "bad"
                    ? new EmbeddingOutcome(0, 0, new SimileException(ErrorCode.EmptyText, "It is bad."))
                    : new EmbeddingOutcome(text.Length, text.Length);
            for (var d = 0; d < space.Dimensions && text != "bad"; d++)
            {
                block[(i * space.Dimensions) + d] = ValueOf(text, d) + Shift;
            }
        }

        return new EmbeddingBatch(space, block, outcomes);
    }

    public static float ValueOf(string text, int dimension) =>
        text.Aggregate(dimension + 1, (hash, character) => ((hash * 31) + character) % 9973);
}
