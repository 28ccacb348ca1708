using System.Collections.Immutable;
using Simile.Vectors;

namespace Simile.Search;

/// <summary>Vectors in memory by their chunks' ids, searched row by row. Immutable: a change makes another index that shares what stayed,
/// so searches never wait for one.</summary>
/// <remarks>Rows lie in segments of 8,192, which bound what a change copies and are what threads share. Ids rise from row to row, since a
/// store never uses one again; so ties go to the smaller id, and a filter's ids are found by looking at both lists once.</remarks>
internal sealed class VectorIndex
{
    /// <summary>Rows of a full segment.</summary>
    public const int RowsASegment = 8192;

    private readonly ImmutableArray<VectorSegment> _segments;
    private readonly int[] _firstRows;

    internal VectorIndex(VectorCoder coder, ImmutableArray<VectorSegment> segments)
    {
        (Coder, _segments, _firstRows) = (coder, segments, new int[segments.Length]);
        for (var i = 0; i < segments.Length; i++)
        {
            _firstRows[i] = Count;
            Count = checked(Count + segments[i].Count);
        }
    }

    /// <summary>How rows are held.</summary>
    public VectorCoder Coder { get; }

    /// <summary>Vectors (N).</summary>
    public int Count { get; }

    /// <summary>The memory that ids and rows take.</summary>
    public long Bytes => _segments.Sum(segment => segment.Bytes);

    /// <summary>An index without vectors.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.InvalidOption"/> for codes that vectors of this kind cannot be chosen
    /// by.</exception>
    public static VectorIndex Empty(VectorKind kind, VectorIndexOptions options) => new(new VectorCoder(kind, options), []);

    /// <summary>Adds vectors behind these.</summary>
    public VectorIndexBuilder ToBuilder() => new(Coder, _segments);

    /// <summary>The index without some chunks; segments that hold none of them are shared.</summary>
    public VectorIndex Without(IEnumerable<long> ids)
    {
        long[] gone = [.. ids.Order()];
        return gone.Length == 0
            ? this
            : new VectorIndex(Coder, [.. _segments.Select(segment => segment.Without(gone)).Where(segment => segment.Count > 0)]);
    }

    /// <summary>The best chunks by what is held in memory: exact scores of floats, estimates of codes.</summary>
    /// <param name="query">The vector, (D), finite.</param>
    /// <param name="k">Chunks wanted.</param>
    /// <param name="allowed">The ids that are looked at, rising; null for all.</param>
    /// <param name="cancellationToken">Stops between segments.</param>
    public ScoredChunk[] Search(ReadOnlyMemory<float> query, int k, long[]? allowed, CancellationToken cancellationToken)
    {
        var coded = Coder.Prepare(query);
        var parts = new ScoredRow[_segments.Length][];
        var wanted = Math.Min(k, Count);
        Parallel.For(
            0,
            _segments.Length,
            new ParallelOptions { MaxDegreeOfParallelism = Coder.Options.Threads, CancellationToken = cancellationToken },
            i =>
            {
                var top = new TopRows(Math.Min(wanted, _segments[i].Count), higherIsBetter: true);
                _segments[i].Scan(coded, _firstRows[i], allowed, top);
                parts[i] = top.BestFirst();
            }
        );
        var best = new TopRows(wanted, higherIsBetter: true);
        foreach (var row in parts.SelectMany(part => part))
        {
            best.Offer(row);
        }

        return Array.ConvertAll(best.BestFirst(), ChunkOf);
    }

    private ScoredChunk ChunkOf(ScoredRow row)
    {
        var at = Array.BinarySearch(_firstRows, row.Row);
        var segment = at >= 0 ? at : ~at - 1;
        return _segments[segment].ChunkAt(row.Row - _firstRows[segment], row.Score);
    }
}

/// <summary>Takes vectors one by one and makes an index of them. Not safe for several threads.</summary>
internal sealed class VectorIndexBuilder(VectorCoder coder, ImmutableArray<VectorSegment> segments)
{
    private readonly ImmutableArray<VectorSegment>.Builder _segments = segments.ToBuilder();
    private readonly List<long> _ids = [];
    private readonly List<int> _pictures = [];
    private float[] _values = [];
    private int _room = segments is [.., var last] ? Math.Max(0, VectorIndex.RowsASegment - last.Count) : 0;

    /// <summary>Adds a vector.</summary>
    /// <param name="id">The chunk's id, above all before it.</param>
    /// <param name="vector">The vector, (D), finite.</param>
    /// <param name="isPicture">Whether the chunk is a picture.</param>
    public void Add(long id, ReadOnlySpan<float> vector, bool isPicture)
    {
        if (_room > 0 ? _ids.Count == _room : _ids.Count == VectorIndex.RowsASegment)
        {
            Seal();
        }

        var end = (_ids.Count + 1) * vector.Length;
        if (_values.Length < end)
        {
            Array.Resize(ref _values, Math.Min(Math.Max(end, _values.Length * 2), VectorIndex.RowsASegment * vector.Length));
        }

        vector.CopyTo(_values.AsSpan(end - vector.Length));
        if (isPicture)
        {
            _pictures.Add(_ids.Count);
        }

        _ids.Add(id);
    }

    /// <summary>The index with all that was added.</summary>
    public VectorIndex Build()
    {
        Seal();
        return new VectorIndex(coder, _segments.ToImmutable());
    }

    // What a segment before has room for goes into it.
    private void Seal()
    {
        if (_ids.Count == 0)
        {
            return;
        }

        var dimensions = coder.Kind.Dimensions;
        var added = new VectorSegment(
            [.. _ids],
            coder.Encode(_values.AsSpan(0, _ids.Count * dimensions)),
            VectorSegment.BitsOf(_pictures, _ids.Count)
        );
        if (_room > 0)
        {
            _segments[^1] = _segments[^1].Join(added);
        }
        else
        {
            _segments.Add(added);
        }

        _room = 0;
        _ids.Clear();
        _pictures.Clear();
    }
}
