using Simile.Engine.Kernels;

namespace Simile.Vectors.Codes;

/// <summary>Vectors as one bit a value, its sign: a thirty-second of the memory. The Hamming distance chooses candidates, the float query
/// scores them again.</summary>
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

    private BinaryCodes(ulong[] words, int dimensions)
    {
        (_words, _dimensions, _wordsPerRow) = (words, dimensions, (dimensions + 63) / 64);
        Count = words.Length / _wordsPerRow;
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
        var bits = BitsOf(query.Span);
        var candidates = TopK.Search(
            Count,
            Int8Codes.Candidates(k, oversampling, Count),
            higherIsBetter: false,
            threads,
            (first, end, top) =>
            {
                for (var i = first; i < end; i++)
                {
                    top.Offer(new ScoredRow(i, _failed.Contains(i) ? float.NaN : VectorKernels.Hamming(bits, this[i])));
                }
            }
        );
        return Rescoring.Best(candidates, k, row => Score(query.Span, row));
    }

    /// <summary>The memory of the codes.</summary>
    internal long Bytes => _words.LongLength * sizeof(ulong);

    /// <summary>The signs of a query.</summary>
    internal static ulong[] BitsOf(ReadOnlySpan<float> query)
    {
        var bits = new ulong[(query.Length + 63) / 64];
        Pack(query, bits);
        return bits;
    }

    /// <summary>Some of these vectors, all of which are finite.</summary>
    internal BinaryCodes Keep(ReadOnlySpan<int> rows)
    {
        var kept = new ulong[rows.Length * _wordsPerRow];
        for (var i = 0; i < rows.Length; i++)
        {
            this[rows[i]].CopyTo(kept.AsSpan(i * _wordsPerRow));
        }

        return new BinaryCodes(kept, _dimensions);
    }

    /// <summary>These vectors and others of the same length behind them, all of which are finite.</summary>
    internal BinaryCodes Join(BinaryCodes more) => new([.. _words, .. more._words], _dimensions);

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
