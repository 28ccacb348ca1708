using Simile.Engine.Kernels;

namespace Simile.Vectors.Codes;

/// <summary>Vectors as one signed byte a value: a quarter of the memory, and a search that looks at integers first and rescores the
/// best.</summary>
public sealed class Int8Codes
{
    private readonly sbyte[] _codes;
    private readonly Int8Calibration _calibration;
    private readonly HashSet<int> _failed = [];

    /// <summary>Quantizes vectors.</summary>
    /// <param name="vectors">(N, D) values; rows with NaN or infinity have codes of 0 and never rank.</param>
    /// <param name="calibration">The model's calibration.</param>
    public Int8Codes(ReadOnlySpan<float> vectors, Int8Calibration calibration)
    {
        ArgumentNullException.ThrowIfNull(calibration);
        _calibration = calibration;
        _codes = new sbyte[vectors.Length];
        Count = vectors.Length / calibration.Dimensions;
        for (var i = 0; i < Count; i++)
        {
            var (start, length) = (i * calibration.Dimensions, calibration.Dimensions);
            if (Finite.Holds(vectors.Slice(start, length)))
            {
                calibration.Quantize(vectors.Slice(start, length), _codes.AsSpan(start, length));
            }
            else
            {
                _failed.Add(i);
            }
        }
    }

    private Int8Codes(sbyte[] codes, Int8Calibration calibration) =>
        (_codes, _calibration, Count) = (codes, calibration, codes.Length / calibration.Dimensions);

    /// <summary>Vectors (N).</summary>
    public int Count { get; }

    /// <summary>The codes of one vector, (D).</summary>
    public ReadOnlySpan<sbyte> this[int row] => _codes.AsSpan(row * _calibration.Dimensions, _calibration.Dimensions);

    /// <summary>The k vectors with the largest inner product: integers choose k × <paramref name="oversampling"/> candidates, the float
    /// query scores them again.</summary>
    /// <returns>Rows with scores against the dequantized vectors, best first.</returns>
    public ScoredRow[] Search(ReadOnlyMemory<float> query, int k, int oversampling = 4, int threads = 1)
    {
        TopK.RequireFinite(query.Span, _calibration.Dimensions);
        var weighed = _calibration.Weigh(query.Span);
        var queryCodes = QuantizeQuery(weighed);
        var candidates = TopK.Search(
            Count,
            Candidates(k, oversampling, Count),
            higherIsBetter: true,
            threads,
            (first, end, top) =>
            {
                for (var i = first; i < end; i++)
                {
                    top.Offer(new ScoredRow(i, _failed.Contains(i) ? float.NaN : VectorKernels.Dot(queryCodes, this[i])));
                }
            }
        );
        return Rescoring.Best(candidates, k, row => Score(weighed, row));
    }

    /// <summary>The memory of the codes.</summary>
    internal long Bytes => _codes.LongLength;

    /// <summary>The codes of a query, (D): its integer product with a row's ranks as that of the vectors does, about.</summary>
    internal static sbyte[] CodesOf(ReadOnlySpan<float> query, Int8Calibration calibration) => QuantizeQuery(calibration.Weigh(query));

    /// <summary>Some of these vectors, all of which are finite.</summary>
    internal Int8Codes Keep(ReadOnlySpan<int> rows)
    {
        var (kept, width) = (new sbyte[rows.Length * _calibration.Dimensions], _calibration.Dimensions);
        for (var i = 0; i < rows.Length; i++)
        {
            this[rows[i]].CopyTo(kept.AsSpan(i * width));
        }

        return new Int8Codes(kept, _calibration);
    }

    /// <summary>These vectors and others of the same calibration behind them, all of which are finite.</summary>
    internal Int8Codes Join(Int8Codes more) => new([.. _codes, .. more._codes], _calibration);

    internal static int Candidates(int k, int oversampling, int count) =>
        (int)Math.Min(Math.Max(1, count), (long)k * Math.Max(1, oversampling));

    private static sbyte[] QuantizeQuery(float[] weighed)
    {
        var largest = Math.Clamp(weighed.Max(MathF.Abs), float.Epsilon, float.MaxValue);
        return Array.ConvertAll(
            weighed,
            value => (sbyte)Math.Clamp(MathF.Round(value / largest * 127, MidpointRounding.ToEven), -127, 127)
        );
    }

    private float Score(float[] weighed, int row)
    {
        var codes = this[row];
        var sum = 0f;
        for (var d = 0; d < codes.Length; d++)
        {
            sum += weighed[d] * codes[d];
        }

        return sum;
    }
}
