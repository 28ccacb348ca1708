using Simile.Engine.Kernels;

namespace Simile.Vectors.Codes;

/// <summary>Vectors as one bit a value, its sign: a thirty-second of the memory. The Hamming distance chooses candidates, the float query scores them again.</summary>
public sealed class BinaryCodes
{
    private readonly ulong[] _words;
    private readonly int _dimensions;
    private readonly int _wordsPerRow;
    private readonly HashSet<int> _failed = [];

    /// <summary>Takes the signs of vectors.</summary>
    /// <param name="vectors">(N, D) values; rows with NaN or infinity never rank.</param>
    /// <param name="dimensions">Values a vector (D).</param>
    public BinaryCodes(ReadOnlySpan<float> vectors, int dimensions)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(dimensions, 1);
        _dimensions = dimensions;
        _wordsPerRow = (dimensions + 63) / 64;
        Count = vectors.Length / dimensions;
        _words = new ulong[Count * _wordsPerRow];
        for (var i = 0; i < Count; i++)
        {
            var vector = vectors.Slice(i * dimensions, dimensions);
            if (!Finite.Holds(vector))
            {
                _failed.Add(i);
            }

            Pack(vector, _words.AsSpan(i * _wordsPerRow, _wordsPerRow));
        }
    }

    /// <summary>Vectors (N).</summary>
    public int Count { get; }

    /// <summary>The bits of one vector: bit d of the row is set where value d is above zero.</summary>
    public ReadOnlySpan<ulong> this[int row] => _words.AsSpan(row * _wordsPerRow, _wordsPerRow);

    /// <summary>The k vectors most like the query.</summary>
    /// <param name="query">The query, (D).</param>
    /// <param name="k">Rows wanted.</param>
    /// <param name="oversampling">Candidates a row wanted.</param>
    /// <param name="threads">Threads.</param>
    /// <returns>Rows with the inner product of the query and the signs (±1) scaled by 1/√D, best first.</returns>
    public ScoredRow[] Search(ReadOnlyMemory<float> query, int k, int oversampling = 8, int threads = 1)
    {
        TopK.RequireFinite(query.Span, _dimensions);
        var bits = new ulong[_wordsPerRow];
        Pack(query.Span, bits);
        var candidates = TopK.Search(Count, Int8Codes.Candidates(k, oversampling, Count), higherIsBetter: false, threads, (first, end, top) =>
        {
            for (var i = first; i < end; i++)
            {
                top.Offer(new ScoredRow(i, _failed.Contains(i) ? float.NaN : VectorKernels.Hamming(bits, this[i])));
            }
        });
        return Rescoring.Best(candidates, k, row => Score(query.Span, row));
    }

    private static void Pack(ReadOnlySpan<float> vector, Span<ulong> words)
    {
        for (var d = 0; d < vector.Length; d++)
        {
            words[d / 64] |= vector[d] > 0 ? 1UL << (d % 64) : 0;
        }
    }

    private float Score(ReadOnlySpan<float> query, int row)
    {
        var words = this[row];
        var sum = 0f;
        for (var d = 0; d < query.Length; d++)
        {
            sum += (words[d / 64] >> (d % 64) & 1) == 1 ? query[d] : -query[d];
        }

        return sum / MathF.Sqrt(query.Length);
    }
}
