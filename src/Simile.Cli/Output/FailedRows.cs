using System.Globalization;
using Simile.Multimodal;
using Simile.Reranking;
using Simile.Vectors;

namespace Simile.Cli.Output;

/// <summary>Says on standard error which inputs have no vector (or no score), by their names; the first ones each, the others as a
/// number.</summary>
/// <param name="result">What they have not.</param>
internal sealed class FailedRows(string result = "a vector")
{
    private const int Told = 20;

    /// <summary>Inputs that failed.</summary>
    public long Count { get; private set; }

    public void Add(string name, SimileException error)
    {
        if (++Count <= Told)
        {
            Console.Error.WriteLine($"{SafeText.Line(name)}: {error.Code}: {SafeText.Line(error.Description)}");
        }
    }

    /// <summary>Says how many more there were.</summary>
    /// <returns>The exit code.</returns>
    public int Tell()
    {
        if (Count > Told)
        {
            Console.Error.WriteLine($"… and {Count - Told} more without {result}");
        }

        return Count > 0 ? 1 : 0;
    }
}

/// <summary>Counts the texts of a run that were longer than the model takes, and says so once.</summary>
/// <param name="noun">What is cut: texts, or pairs of a query and a text.</param>
internal sealed class CutNotice(string noun = "text")
{
    private long _texts;
    private long _cut;
    private long _seen;
    private long _used;

    /// <summary>The same embedder, whose texts are counted.</summary>
    public IEmbedder<string> Over(IEmbedder<string> embedder) => new Counted(embedder, this);

    /// <summary>The same embedder, whose texts are counted.</summary>
    public ContentEmbedder Over(ContentEmbedder embedder) =>
        embedder.Texts is { } texts ? new ContentEmbedder(Over(texts), embedder.Images) : embedder;

    /// <summary>The same reranker, whose pairs are counted.</summary>
    public IReranker Over(IReranker reranker) => new CountedPairs(reranker, this);

    /// <summary>Says on standard error what was cut, if anything was.</summary>
    public void Tell()
    {
        if (_cut > 0)
        {
            Console.Error.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{_cut:N0} of {Plural.Of(_texts, noun)} {(_cut == 1 ? "was" : "were")} cut: {_used:N0} of {_seen:N0} tokens count"
                )
            );
        }
    }

    private void Count(ReadOnlySpan<EmbeddingOutcome> outcomes)
    {
        lock (this)
        {
            foreach (var outcome in outcomes)
            {
                _texts++;
                if (outcome.Truncated)
                {
                    (_cut, _seen, _used) = (_cut + 1, _seen + outcome.TokensSeen, _used + outcome.TokensUsed);
                }
            }
        }
    }

    private sealed class Counted(IEmbedder<string> inner, CutNotice notice) : IEmbedder<string>
    {
        public EmbeddingSpace Space => inner.Space;

        public EmbeddingRecipe Recipe => inner.Recipe;

        public object? Find(Type type) => inner.Find(type);

        public async ValueTask<EmbeddingBatch> EmbedAsync(
            IReadOnlyList<string> inputs,
            EmbedOptions? options = null,
            CancellationToken cancellationToken = default
        )
        {
            var batch = await inner.EmbedAsync(inputs, options, cancellationToken);
            notice.Count(batch.Outcomes);
            return batch;
        }
    }

    private sealed class CountedPairs(IReranker inner, CutNotice notice) : IReranker
    {
        public async ValueTask<PairScores> ScoreAsync(
            string query,
            IReadOnlyList<string> texts,
            CancellationToken cancellationToken = default
        )
        {
            var scores = await inner.ScoreAsync(query, texts, cancellationToken);
            notice.Count([.. scores.Outcomes]);
            return scores;
        }
    }
}
