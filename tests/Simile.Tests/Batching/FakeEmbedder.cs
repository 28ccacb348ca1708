using Simile.Vectors;

namespace Simile.Tests.Batching;

/// <summary>An embedder whose vectors are a digest of the text and the options. It can be held up, made to throw, and tells what it was
/// called with.</summary>
internal sealed class FakeEmbedder : IEmbedder<string>
{
    public const int Width = 8;
    private readonly SemaphoreSlim _gate = new(0);
    private int _running;
    private int _mostRunning;

    public EmbeddingSpace Space { get; } = new("fake", Width, unitLength: false, SimilarityMetric.Cosine, [4]);

    public EmbeddingRecipe Recipe { get; } = new(new string('0', 64));

    /// <summary>Whether calls wait for <see cref="Open"/>.</summary>
    public bool Gated { get; init; }

    public Func<IReadOnlyList<string>, Exception?> Throws { get; set; } = _ => null;

    public Func<IReadOnlyList<string>, int> Rows { get; init; } = inputs => inputs.Count;

    /// <summary>The inputs of each call that was not empty, in order.</summary>
    public List<string[]> Calls { get; } = [];

    public int MaxRunning => _mostRunning;

    public void Open(int calls = 1) => _gate.Release(calls);

    public async ValueTask<EmbeddingBatch> EmbedAsync(
        IReadOnlyList<string> inputs,
        EmbedOptions? options = null,
        CancellationToken cancellationToken = default
    )
    {
        var space = Space.Truncate(options?.Dimensions ?? Width);
        if (inputs.Count == 0)
        {
            return new EmbeddingBatch(space, [], []);
        }

        lock (Calls)
        {
            Calls.Add([.. inputs]);
            _mostRunning = Math.Max(_mostRunning, ++_running);
        }

        try
        {
            await (Gated ? _gate.WaitAsync(CancellationToken.None) : Task.CompletedTask);
            return Throws(inputs) is { } error ? throw error : Vectors(space, inputs, options ?? EmbedOptions.Default);
        }
        finally
        {
            lock (Calls)
            {
                _running--;
            }
        }
    }

    /// <summary>Waits until the embedder has been called so often.</summary>
    public async Task CalledAsync(int times)
    {
        while (CallCount() < times)
        {
            await Task.Delay(1);
        }
    }

    public int CallCount()
    {
        lock (Calls)
        {
            return Calls.Count;
        }
    }

    private EmbeddingBatch Vectors(EmbeddingSpace space, IReadOnlyList<string> inputs, EmbedOptions options)
    {
        var rows = Rows(inputs);
        var block = new float[rows * space.Dimensions];
        var outcomes = new EmbeddingOutcome[rows];
        for (var i = 0; i < Math.Min(rows, inputs.Count); i++)
        {
            if (inputs[i].Length == 0)
            {
                outcomes[i] = new EmbeddingOutcome(0, 0, new SimileException(ErrorCode.EmptyText, "The text is empty."));
                continue;
            }

            var random = new Random(inputs[i].Aggregate((int)options.Purpose, (hash, character) => (hash * 31) + character));
            for (var d = 0; d < space.Dimensions; d++)
            {
                block[(i * space.Dimensions) + d] = random.NextSingle();
            }

            outcomes[i] = new EmbeddingOutcome(inputs[i].Length, inputs[i].Length);
        }

        return new EmbeddingBatch(space, block, outcomes);
    }
}
