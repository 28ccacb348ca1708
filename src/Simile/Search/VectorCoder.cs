using Simile.Engine.Kernels;
using Simile.Vectors;
using Simile.Vectors.Codes;

namespace Simile.Search;

/// <summary>What the vectors of a store are.</summary>
/// <param name="Dimensions">Values a vector (D).</param>
/// <param name="Metric">How they are compared.</param>
/// <param name="UnitLength">Whether each has length 1.</param>
internal sealed record VectorKind(int Dimensions, SimilarityMetric Metric, bool UnitLength)
{
    // The dot product of unit vectors is their cosine, and the fastest. Both are asked for every row of a search.
    private readonly SimilarityMetric _measure = UnitLength ? SimilarityMetric.Dot : Metric;
    private readonly float _sign = UnitLength || Metric is SimilarityMetric.Cosine or SimilarityMetric.Dot ? 1 : -1;

    /// <summary>Whether codes of a direction choose by it.</summary>
    public bool IsDirectional => UnitLength || Metric == SimilarityMetric.Cosine;

    /// <summary>The score of two vectors, (D) each: higher is better.</summary>
    public float Score(ReadOnlySpan<float> query, ReadOnlySpan<float> vector) => _sign * Similarity.Measure(_measure, query, vector);
}

/// <summary>How an index holds its vectors: floats, or codes that choose candidates. The scale of 8-bit codes is measured on the first
/// vectors.</summary>
internal sealed class VectorCoder
{
    private Int8Calibration? _calibration;

    public VectorCoder(VectorKind kind, VectorIndexOptions options)
    {
        (Kind, Options) = (kind, options);
        if (
            options.Coding == VectorCoding.Binary && !kind.IsDirectional
            || options.Coding == VectorCoding.Int8 && !kind.IsDirectional && kind.Metric != SimilarityMetric.Dot
        )
        {
            throw new SimileException(
                ErrorCode.InvalidOption,
                $"Vectors that are compared by {kind.Metric} and have no unit length cannot be chosen by {options.Coding} codes. Hold "
                    + $"them as {VectorCoding.Float32}."
            );
        }
    }

    public VectorKind Kind { get; }

    public VectorIndexOptions Options { get; }

    /// <summary>Whether scores of rows are exact.</summary>
    public bool IsExact => Options.Coding == VectorCoding.Float32;

    /// <summary>Vectors that the scale was measured on; the most there can be where none is needed.</summary>
    public int MeasuredOn { get; private set; } = int.MaxValue;

    /// <summary>Rows of vectors.</summary>
    /// <param name="vectors">(N, D) finite values.</param>
    public IVectorRows Encode(ReadOnlySpan<float> vectors)
    {
        if (IsExact)
        {
            return new FloatRows(Kind, vectors.ToArray());
        }

        var directions = Kind.UnitLength || !Kind.IsDirectional ? vectors : Directions(vectors);
        if (Options.Coding == VectorCoding.Binary)
        {
            return new BinaryRows(new BinaryCodes(directions, Kind.Dimensions));
        }

        if (_calibration is null)
        {
            (_calibration, MeasuredOn) = (Int8Calibration.Measure(directions, Kind.Dimensions), directions.Length / Kind.Dimensions);
        }

        return new Int8Rows(new Int8Codes(directions, _calibration));
    }

    /// <summary>A query, ready to be scored against rows.</summary>
    public CodedQuery Prepare(ReadOnlyMemory<float> query) =>
        new(
            query,
            Options.Coding == VectorCoding.Int8 && _calibration is not null ? Int8Codes.CodesOf(query.Span, _calibration) : [],
            Options.Coding == VectorCoding.Binary ? BinaryCodes.BitsOf(query.Span) : []
        );

    private float[] Directions(ReadOnlySpan<float> vectors)
    {
        var scaled = vectors.ToArray();
        for (var start = 0; start < scaled.Length; start += Kind.Dimensions)
        {
            // A vector of zeros is no direction, and like none.
            UnitLength.TryNormalize(scaled.AsSpan(start, Kind.Dimensions));
        }

        return scaled;
    }

    private sealed class FloatRows(VectorKind kind, float[] values) : IVectorRows
    {
        public long Bytes => values.LongLength * sizeof(float);

        public float Score(CodedQuery query, int row) =>
            kind.Score(query.Vector.Span, values.AsSpan(row * kind.Dimensions, kind.Dimensions));

        public IVectorRows Keep(ReadOnlySpan<int> rows)
        {
            var kept = new float[rows.Length * kind.Dimensions];
            for (var i = 0; i < rows.Length; i++)
            {
                values.AsSpan(rows[i] * kind.Dimensions, kind.Dimensions).CopyTo(kept.AsSpan(i * kind.Dimensions));
            }

            return new FloatRows(kind, kept);
        }

        public IVectorRows Join(IVectorRows more) => new FloatRows(kind, [.. values, .. ((FloatRows)more).Values]);

        private float[] Values => values;
    }

    private sealed class Int8Rows(Int8Codes codes) : IVectorRows
    {
        public long Bytes => codes.Bytes;

        public float Score(CodedQuery query, int row) => VectorKernels.Dot(query.Codes, codes[row]);

        public IVectorRows Keep(ReadOnlySpan<int> rows) => new Int8Rows(codes.Keep(rows));

        public IVectorRows Join(IVectorRows more) => new Int8Rows(codes.Join(((Int8Rows)more).Codes));

        private Int8Codes Codes => codes;
    }

    private sealed class BinaryRows(BinaryCodes codes) : IVectorRows
    {
        public long Bytes => codes.Bytes;

        public float Score(CodedQuery query, int row) => -VectorKernels.Hamming(query.Bits, codes[row]);

        public IVectorRows Keep(ReadOnlySpan<int> rows) => new BinaryRows(codes.Keep(rows));

        public IVectorRows Join(IVectorRows more) => new BinaryRows(codes.Join(((BinaryRows)more).Codes));

        private BinaryCodes Codes => codes;
    }
}

/// <summary>A query as rows of each kind want it.</summary>
/// <param name="Vector">Its values, (D).</param>
/// <param name="Codes">Its 8-bit codes, (D); empty where rows hold none.</param>
/// <param name="Bits">Its signs; empty where rows hold none.</param>
internal sealed record CodedQuery(ReadOnlyMemory<float> Vector, sbyte[] Codes, ulong[] Bits);

/// <summary>Rows of vectors, held in some way. Immutable.</summary>
internal interface IVectorRows
{
    /// <summary>The memory that they take.</summary>
    long Bytes { get; }

    /// <summary>The score of a row, or an estimate that ranks as it does, about; higher is better. NaN never ranks.</summary>
    float Score(CodedQuery query, int row);

    /// <summary>Some of these rows.</summary>
    IVectorRows Keep(ReadOnlySpan<int> rows);

    /// <summary>These rows with others of their kind behind them.</summary>
    IVectorRows Join(IVectorRows more);
}
