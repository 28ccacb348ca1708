namespace Simile.Batching;

/// <summary>The calls that wait in one lane, by kind, first come first served. Guarded by the queue's lock.</summary>
internal sealed class RequestLane<TInput>
{
    private readonly Dictionary<CallKind, LinkedList<BatchingRequest<TInput>>> _waiting = [];
    private long _turns;

    public bool IsEmpty => _waiting.Count == 0;

    /// <summary>The kind of the call whose turn it is.</summary>
    public CallKind NextKind => _waiting.MinBy(entry => entry.Value.First!.Value.Turn).Key;

    public void Add(BatchingRequest<TInput> request)
    {
        if (!_waiting.TryGetValue(request.Kind, out var requests))
        {
            _waiting.Add(request.Kind, requests = []);
        }

        request.Turn = _turns++;
        request.Place = requests.AddLast(request);
    }

    public void Remove(BatchingRequest<TInput> request)
    {
        var requests = request.Place!.List!;
        requests.Remove(request.Place);
        request.Place = null;
        if (requests.Count == 0)
        {
            _waiting.Remove(request.Kind);
        }
    }

    /// <summary>Moves inputs of the batch's kind into it until it is full. A call that began the batch and is not done yet goes to the end
    /// of the lane, so that the others have their turn.</summary>
    public void Fill(RequestBatch<TInput> batch)
    {
        while (_waiting.TryGetValue(batch.Kind, out var requests))
        {
            var request = requests.First!.Value;
            var before = request.Taken;
            request.MoveInto(batch);
            if (request.Waiting == 0)
            {
                Remove(request);
                continue;
            }

            if (before < request.Taken && batch.Calls == 1)
            {
                Remove(request);
                Add(request);
            }

            return;
        }
    }

    /// <summary>Takes everything out.</summary>
    public List<BatchingRequest<TInput>> Clear()
    {
        List<BatchingRequest<TInput>> all = [.. _waiting.Values.SelectMany(requests => requests)];
        all.ForEach(request => request.Place = null);
        _waiting.Clear();
        return all;
    }
}
