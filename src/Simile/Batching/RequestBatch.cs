using System.Runtime.InteropServices;
using Simile.Vectors;

namespace Simile.Batching;

/// <summary>Inputs of one or more calls that run together, and where their rows belong.</summary>
/// <param name="kind">What the calls have in common.</param>
/// <param name="lane">The lane that began the batch.</param>
/// <param name="options">The limits.</param>
internal sealed class RequestBatch<TInput>(CallKind kind, BatchingLane lane, BatchingOptions options)
{
    private readonly List<TInput> _inputs = [];
    private readonly List<Part> _parts = [];

    public CallKind Kind => kind;

    public BatchingLane Lane => lane;

    public long Cost { get; private set; }

    public int Count => _inputs.Count;

    public int Calls => _parts.Count;

    /// <summary>Tokens that went into the vectors so far.</summary>
    public long Tokens { get; private set; }

    /// <summary>Tokens of the longest input so far.</summary>
    public int LongestInput { get; private set; }

    /// <summary>When the oldest call came.</summary>
    public long Arrived { get; private set; } = long.MaxValue;

    /// <summary>Adds an input, unless the budget is used up. The first input always fits.</summary>
    public bool Add(TInput input, int cost)
    {
        if (_inputs.Count > 0 && (Cost + cost > options.BatchCost || _inputs.Count >= options.BatchInputs))
        {
            return false;
        }

        _inputs.Add(input);
        Cost += cost;
        return true;
    }

    /// <summary>Says whose the last inputs are.</summary>
    public void Close(BatchingRequest<TInput> request, int first, int count)
    {
        if (count > 0)
        {
            _parts.Add(new Part(request, first, _inputs.Count - count, count));
            Arrived = Math.Min(Arrived, request.Arrived);
        }
    }

    /// <summary>The inputs, for the model.</summary>
    public TInput[] ToArray() => [.. _inputs];

    /// <summary>Hands rows to the calls they belong to.</summary>
    /// <param name="start">The place of the first row in this batch.</param>
    /// <param name="rows">The rows.</param>
    public void Deliver(int start, EmbeddingBatch rows)
    {
        foreach (var outcome in rows.Outcomes)
        {
            Tokens += outcome.TokensUsed;
            LongestInput = Math.Max(LongestInput, outcome.TokensUsed);
        }

        foreach (var part in CollectionsMarshal.AsSpan(_parts))
        {
            var (from, end) = (Math.Max(part.Start, start), Math.Min(part.Start + part.Count, start + rows.Count));
            if (from < end)
            {
                part.Request.Fill(part.First + from - part.Start, rows, from - start, end - from);
            }
        }
    }

    /// <summary>Fails every call that has inputs here.</summary>
    public void Fail(Exception error) => _parts.ForEach(part => part.Request.Fail(error));

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Part(BatchingRequest<TInput> Request, int First, int Start, int Count);
}
