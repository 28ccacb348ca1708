using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Double;
using Simile.Engine.Kernels;
using Simile.Training.Alignment;
using Simile.Training.Static;
using Simile.Vectors;

namespace Simile.Training.Distillation;

/// <summary>
/// What several teachers say of texts, as one vector a text: each teacher's without its mean over the corpus, at unit length, times the
/// root of the teacher's weight, one after the other. Products of two such vectors are the weighted means of the teachers' cosines. And the
/// principal directions of that.
/// </summary>
internal sealed class TeacherSpace
{
    private const int RowsAtOnce = 4096;
    private readonly double[][] _means;
    private readonly double[] _weights;
    private readonly PinnedMatrix _directions;
    private readonly int _threads;

    private TeacherSpace(IReadOnlyList<PinnedMatrix> vectors, double[] weights, int dimensions, int threads)
    {
        (_weights, _threads) = (weights, threads);
        _means = [.. vectors.Select(of => UnitRows.MeanOf(of, [.. Enumerable.Range(0, of.Rows)]))];
        Joined = Join(vectors);
        _directions = DirectionsOf(Joined, dimensions);
    }

    /// <summary>The teachers' vectors of the corpus as one, (N, S); each has length 1, or less where a teacher gave a text no
    /// vector.</summary>
    public PinnedMatrix Joined { get; }

    /// <summary>Refuses what cannot be had of some teachers, before they are asked.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.InvalidOption"/> when the teachers have fewer values together than are
    /// wanted, or not one weight each.</exception>
    public static void Check(IReadOnlyList<Teacher> teachers, DistillationOptions options)
    {
        var (wanted, values) = (options.Dimensions.Max(), teachers.Sum(teacher => teacher.Dimensions));
        if (wanted > values)
        {
            throw new SimileException(
                ErrorCode.InvalidOption,
                $"{wanted} dimensions are wanted, but {string.Join(" and ", teachers.Select(teacher => teacher.Name))} have {values} "
                    + $"together, and no more directions than that. Ask for {values} at most."
            );
        }

        if (
            options.TeacherWeights.Count > 0
            && (
                options.TeacherWeights.Count != teachers.Count
                || options.TeacherWeights.Any(weight => !(weight > 0) || !double.IsFinite(weight))
            )
        )
        {
            throw new SimileException(
                ErrorCode.InvalidOption,
                $"teacher_weights holds {string.Join(", ", options.TeacherWeights)} for {teachers.Count} teachers; expected is one "
                    + "number above 0 for each."
            );
        }
    }

    /// <summary>Learns means and directions from the corpus.</summary>
    /// <param name="vectors">The vectors of each teacher, (N, D).</param>
    /// <param name="options">The recipe.</param>
    /// <exception cref="SimileException"><see cref="ErrorCode.BadTrainingData"/> when all texts have the same vector.</exception>
    public static TeacherSpace Of(IReadOnlyList<PinnedMatrix> vectors, DistillationOptions options)
    {
        ArgumentNullException.ThrowIfNull(vectors);
        ArgumentNullException.ThrowIfNull(options);
        double[] weights = options.TeacherWeights.Count == 0 ? [.. vectors.Select(_ => 1.0)] : [.. options.TeacherWeights];
        return new TeacherSpace(vectors, [.. weights.Select(weight => weight / weights.Sum())], options.Dimensions.Max(), options.Threads);
    }

    /// <summary>What the teachers say of other texts, as one vector each.</summary>
    /// <param name="vectors">The vectors of each teacher, (N, D).</param>
    public PinnedMatrix Join(IReadOnlyList<PinnedMatrix> vectors)
    {
        var joined = new PinnedMatrix(vectors[0].Rows, vectors.Sum(of => of.Columns));
        Parallel.For(
            0,
            joined.Rows,
            new ParallelOptions { MaxDegreeOfParallelism = _threads },
            row =>
            {
                var start = 0;
                for (var teacher = 0; teacher < vectors.Count; teacher++)
                {
                    var from = vectors[teacher].Row(row);
                    var mean = _means[teacher];
                    var to = joined.Row(row).Slice(start, from.Length);
                    start += from.Length;
                    if (!from.ContainsAnyExcept(0f))
                    {
                        continue;
                    }

                    for (var i = 0; i < from.Length; i++)
                    {
                        to[i] = (float)(from[i] - mean[i]);
                    }

                    UnitLength.Normalize(to);
                    MeanPooler.Scale(to, (float)Math.Sqrt(_weights[teacher]));
                }
            }
        );
        return joined;
    }

    /// <summary>Vectors along the principal directions, (N, S) → (N, D).</summary>
    public unsafe PinnedMatrix Reduce(PinnedMatrix joined)
    {
        var reduced = new PinnedMatrix(joined.Rows, _directions.Columns);
        MatrixProduct.Multiply(joined.View, _directions.View, (float*)reduced.Address, reduced.Columns, accumulate: false, _threads);
        return reduced;
    }

    // Sums of some thousand rows in 32 bits, sums of those in 64.
    private unsafe PinnedMatrix DirectionsOf(PinnedMatrix joined, int dimensions)
    {
        var (size, part) = (joined.Columns, new PinnedMatrix(joined.Columns, joined.Columns));
        var covariance = new DenseMatrix(size, size);
        for (var first = 0; first < joined.Rows; first += RowsAtOnce)
        {
            var count = Math.Min(RowsAtOnce, joined.Rows - first);
            var rows = new MatrixView(joined.Address + ((nint)first * size * sizeof(float)), count, size, size, 1);
            MatrixProduct.Multiply(rows.Transposed, rows, (float*)part.Address, size, accumulate: false, _threads);
            for (var i = 0; i < size; i++)
            {
                for (var j = 0; j <= i; j++)
                {
                    covariance[i, j] += part.Row(i)[j];
                    covariance[j, i] = covariance[i, j];
                }
            }
        }

        if (!(covariance.Trace() > 0))
        {
            throw new SimileException(
                ErrorCode.BadTrainingData,
                $"The teachers give all {joined.Rows} texts of the corpus the same vector, and nothing can be learned from that. Give "
                    + "texts that differ."
            );
        }

        // Values in ascending order; the sign of a direction is free, and its largest part is made positive.
        var vectors = covariance.Evd(Symmetricity.Symmetric).EigenVectors;
        var directions = new PinnedMatrix(size, dimensions);
        for (var k = 0; k < dimensions; k++)
        {
            var direction = vectors.Column(size - 1 - k);
            var sign = Math.Sign(direction[direction.AbsoluteMaximumIndex()]);
            for (var i = 0; i < size; i++)
            {
                directions.Row(i)[k] = (float)(sign * direction[i]);
            }
        }

        return directions;
    }
}
