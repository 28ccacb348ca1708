using System.Collections.Concurrent;
using Simile.Vectors;

namespace Simile.Hosting.Tests.Soak;

/// <summary>What the callers saw, to be compared with what the meters say.</summary>
internal sealed class SoakTally
{
    private readonly ConcurrentDictionary<string, long> _counts = new(StringComparer.Ordinal);

    /// <summary>Answers that are wrong, and errors that must not come.</summary>
    public ConcurrentQueue<string> Faults { get; } = new();

    public IReadOnlyDictionary<string, double> Errors =>
        _counts
            .Where(count => count.Key.StartsWith("error/", StringComparison.Ordinal))
            .ToDictionary(count => count.Key["error/".Length..], count => (double)count.Value);

    public long this[string name] => _counts.GetValueOrDefault(name);

    public void Add(string name, long count = 1) => _counts.AddOrUpdate(name, count, (_, sum) => sum + count);

    /// <summary>Compares an answer with the model's own.</summary>
    public void Compare(IReadOnlyList<string> inputs, EmbeddingBatch given, EmbeddingBatch expected)
    {
        if (given.Count != inputs.Count || !given.Space.Equals(expected.Space))
        {
            Faults.Enqueue($"{inputs.Count} inputs got {given.Count} rows of {given.Space}.");
            return;
        }

        for (var i = 0; i < inputs.Count; i++)
        {
            if (!IsRight(i, given, expected))
            {
                Faults.Enqueue($"'{inputs[i]}' got {Describe(i, given)} instead of {Describe(i, expected)}.");
            }
        }
    }

    // A batch of one on which the model crashes is a failed row, whatever its input.
    private static bool IsRight(int row, EmbeddingBatch given, EmbeddingBatch expected)
    {
        var (own, right) = (given.Outcomes[row], expected.Outcomes[row]);
        return own.Error is { } error
            ? error.Code == ErrorCode.ModelFailed || error.Code == right.Error?.Code
            : right.Succeeded && own == right && given[row].SequenceEqual(expected[row]);
    }

    private static string Describe(int row, EmbeddingBatch batch) =>
        batch.Outcomes[row] is { Error: { } error }
            ? error.Code
            : $"{batch.Outcomes[row].TokensUsed} tokens and {string.Join(", ", batch[row][..3].ToArray())} …";
}
