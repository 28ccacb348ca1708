using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Simile.Vectors;

namespace Simile.Tests.Caching;

/// <summary>An embedder whose vectors are digests of the text and the options, and that counts what it is asked for. "bad…"
/// fails.</summary>
internal sealed class CountingEmbedder : IEmbedder<string>
{
    public const int Length = 8;

    public EmbeddingSpace Space { get; init; } = new("counting", Length, unitLength: true, SimilarityMetric.Cosine, [4]);

    public EmbeddingRecipe Recipe { get; init; } = EmbeddingRecipe.Of(("network", "counting"));

    /// <summary>Every text that was embedded, as often as it was.</summary>
    public ConcurrentQueue<string> Embedded { get; } = new();

    /// <summary>Runs before each call.</summary>
    public Func<IReadOnlyList<string>, CancellationToken, Task> Before { get; set; } = (_, _) => Task.CompletedTask;

    public async ValueTask<EmbeddingBatch> EmbedAsync(
        IReadOnlyList<string> inputs,
        EmbedOptions? options = null,
        CancellationToken cancellationToken = default
    )
    {
        var settled = options ?? EmbedOptions.Default;
        await Before(inputs, cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
        var space = Space.For(settled);
        var block = new float[inputs.Count * space.Dimensions];
        var outcomes = new EmbeddingOutcome[inputs.Count];
        for (var i = 0; i < inputs.Count; i++)
        {
            Embedded.Enqueue(inputs[i]);
            outcomes[i] = Outcome(inputs[i], settled, space, block.AsSpan(i * space.Dimensions, space.Dimensions));
        }

        return new EmbeddingBatch(space, block, outcomes);
    }

    private static EmbeddingOutcome Outcome(string text, EmbedOptions options, EmbeddingSpace space, Span<float> row)
    {
        if (text?.StartsWith("bad", StringComparison.Ordinal) != false)
        {
            return new EmbeddingOutcome(0, 0, new SimileException(ErrorCode.EmptyText, $"No vector for '{text}'."));
        }

        var digest = SHA256.HashData(Encoding.Unicode.GetBytes($"{text}|{options.Purpose}|{options.MaxTokens}"));
        for (var i = 0; i < row.Length; i++)
        {
            row[i] = digest[i] - 127.5f;
        }

        if (space.UnitLength)
        {
            UnitLength.Normalize(row);
        }

        return new EmbeddingOutcome(text.Length, Math.Min(text.Length, options.MaxTokens ?? 100))
        {
            Truncated = text.Length > (options.MaxTokens ?? 100),
        };
    }
}
