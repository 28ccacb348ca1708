using Simile.Caching;
using Simile.Vectors;

namespace Simile.Monitoring;

/// <summary>Compares an embedder, or what it is given, with a sample of before. On demand: nothing runs by itself.</summary>
/// <typeparam name="TInput">What is embedded.</typeparam>
public sealed class DriftCheck<TInput>
{
    // Keys of a baseline must stay the same when the model changes, so nothing of the model goes into them.
    private static readonly CallKey InputsOnly = new(
        EmbeddingRecipe.Of(("drift", "1")),
        new EmbeddingSpace("drift", 1, unitLength: false, SimilarityMetric.Cosine),
        EmbedOptions.Default
    );
    private readonly IEmbedder<TInput> _embedder;
    private readonly IInputKey<TInput> _key;
    private readonly DriftOptions _options;

    /// <summary>Makes a check of an embedder.</summary>
    /// <param name="embedder">The embedder, without a cache before it: a cache would answer with the vectors of then.</param>
    /// <param name="key">What tells inputs apart.</param>
    /// <param name="options">Options, or null for the defaults.</param>
    public DriftCheck(IEmbedder<TInput> embedder, IInputKey<TInput> key, DriftOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(embedder);
        ArgumentNullException.ThrowIfNull(key);
        (_embedder, _key, _options) = (embedder, key, (options ?? new DriftOptions()).Checked());
    }

    /// <summary>Embeds a sample, to be compared with later. Inputs that fail are left out.</summary>
    public async ValueTask<DriftBaseline> CaptureAsync(IReadOnlyList<TInput> inputs, CancellationToken cancellationToken = default)
    {
        var batch = await _embedder.EmbedAsync(inputs, null, cancellationToken).ConfigureAwait(false);
        var (keys, values) = (new List<CacheKey>(), new List<float>());
        for (var i = 0; i < inputs.Count; i++)
        {
            if (batch.Outcomes[i].Succeeded && _key.KeyOf(inputs[i], InputsOnly) is { } key)
            {
                keys.Add(key);
                values.AddRange(batch[i]);
            }
        }

        return new DriftBaseline(batch.Space.ToString(), _embedder.Recipe.Digest, keys, values.ToArray(), batch.Dimensions);
    }

    /// <summary>Embeds inputs of the sample again and compares their vectors with those of then.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.SpaceMismatch"/> when the vectors have another length than then.</exception>
    public async ValueTask<DriftReport> CompareAsync(
        DriftBaseline baseline,
        IReadOnlyList<TInput> inputs,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(baseline);
        var places = new Dictionary<CacheKey, int>();
        for (var i = 0; i < baseline.Keys.Count; i++)
        {
            places[baseline.Keys[i]] = i;
        }

        var batch = await _embedder.EmbedAsync(inputs, null, cancellationToken).ConfigureAwait(false);
        SampleDistances.EnsureComparable(baseline, batch);
        var known = Enumerable
            .Range(0, inputs.Count)
            .Where(i => _key.KeyOf(inputs[i], InputsOnly) is { } key && places.ContainsKey(key))
            .ToArray();
        var cosines = known
            .Where(i => batch.Outcomes[i].Succeeded)
            .Select(i => (double)Similarity.Cosine(batch[i], baseline[places[_key.KeyOf(inputs[i], InputsOnly)!.Value]]))
            .ToArray();
        var (mean, lowest) = cosines.Length == 0 ? (double.NaN, double.NaN) : (cosines.Average(), cosines.Min());
        var failed = known.Length - cosines.Length;
        return new DriftReport(
            cosines.Length,
            inputs.Count - known.Length,
            failed,
            mean,
            lowest,
            baseline.Recipe == _embedder.Recipe.Digest,
            failed > 0 || !(lowest >= _options.LowestCosine)
        );
    }

    /// <summary>Compares the vectors of today's inputs, whatever they are, with the sample: have the inputs changed?</summary>
    /// <remarks>Every vector is compared with every one of the sample, N · M cosines.</remarks>
    /// <exception cref="SimileException"><see cref="ErrorCode.SpaceMismatch"/> when the vectors have another length than then.</exception>
    public InputDriftReport CompareInputs(DriftBaseline baseline, EmbeddingBatch today)
    {
        ArgumentNullException.ThrowIfNull(baseline);
        ArgumentNullException.ThrowIfNull(today);
        SampleDistances.EnsureComparable(baseline, today);
        var rows = Enumerable.Range(0, today.Count).Where(i => today.Outcomes[i].Succeeded).Select(i => today[i].ToArray()).ToArray();
        var sample = Enumerable.Range(0, baseline.Keys.Count).Select(i => baseline[i].ToArray()).ToArray();
        var (now, before) = (SampleDistances.Nearest(rows, sample), SampleDistances.Nearest(sample));
        var centres =
            rows.Length == 0 || sample.Length == 0
                ? double.NaN
                : Similarity.Cosine(SampleDistances.Centre(rows), SampleDistances.Centre(sample));
        return new InputDriftReport(rows.Length, centres, now, before, now < before - _options.Distance);
    }
}

/// <summary>From where on vectors count as drifted.</summary>
public sealed record DriftOptions
{
    /// <summary>The lowest cosine that an input embedded again may have to its vector of then. Default: 0.999. One model in 32 bits on
    /// another processor stays above 0.999999; other weights, another tokenizer or another pooling fall far below, and so may another
    /// precision: keep a baseline a precision, or lower this.</summary>
    public float LowestCosine { get; init; } = 0.999f;

    /// <summary>How much farther, in cosine, today's inputs may lie from the sample than the sample's inputs lie from each other. Default:
    /// 0.1, a rule of thumb: measure what is usual for your inputs.</summary>
    public float Distance { get; init; } = 0.1f;

    /// <summary>The same options, once they are sound.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.InvalidOption"/>.</exception>
    internal DriftOptions Checked() =>
        LowestCosine is >= -1 and <= 1 && Distance is >= 0 and <= 2
            ? this
            : throw new SimileException(
                ErrorCode.InvalidOption,
                $"{nameof(LowestCosine)} is {LowestCosine} and {nameof(Distance)} {Distance}; expected are -1 to 1 and 0 to 2."
            );
}

/// <summary>How the vectors of the same inputs have changed.</summary>
/// <param name="Compared">Inputs that the baseline has and that could be embedded.</param>
/// <param name="Unknown">Inputs that the baseline does not have.</param>
/// <param name="Failed">Inputs of the baseline that have no vector any more.</param>
/// <param name="MeanCosine">The mean cosine between then and now; NaN when nothing was compared.</param>
/// <param name="LowestCosine">The lowest one.</param>
/// <param name="SameRecipe">Whether the recipe is the one of then; if so, every cosine should be 1.</param>
/// <param name="HasDrifted">Whether the lowest cosine is below <see cref="DriftOptions.LowestCosine"/>, or an input failed, or nothing
/// could be compared.</param>
public sealed record DriftReport(
    int Compared,
    int Unknown,
    int Failed,
    double MeanCosine,
    double LowestCosine,
    bool SameRecipe,
    bool HasDrifted
);

/// <summary>How far today's vectors, of whatever inputs, lie from the sample.</summary>
/// <param name="Compared">Today's vectors.</param>
/// <param name="CentreCosine">The cosine between the sum of today's vectors and that of the sample's, each vector at unit length.</param>
/// <param name="Nearest">The mean cosine between a vector of today and the nearest of the sample.</param>
/// <param name="NearestBefore">The mean cosine between a vector of the sample and the nearest other one of the sample.</param>
/// <param name="HasDrifted">Whether <paramref name="Nearest"/> is below <paramref name="NearestBefore"/> by more than
/// <see cref="DriftOptions.Distance"/>.</param>
public sealed record InputDriftReport(int Compared, double CentreCosine, double Nearest, double NearestBefore, bool HasDrifted);

/// <summary>How far sets of vectors lie apart.</summary>
internal static class SampleDistances
{
    public static void EnsureComparable(DriftBaseline baseline, EmbeddingBatch batch)
    {
        if (baseline.Dimensions != batch.Dimensions)
        {
            throw new SimileException(
                ErrorCode.SpaceMismatch,
                $"The baseline's vectors have {baseline.Dimensions} values ({baseline.Space}), but those of today have "
                    + $"{batch.Dimensions} ({batch.Space}). Use the model of then, or capture a new baseline."
            );
        }
    }

    /// <summary>The mean cosine between a row and the nearest one of the sample; NaN when either is empty.</summary>
    public static double Nearest(float[][] rows, float[][] sample) =>
        rows.Length == 0 || sample.Length == 0
            ? double.NaN
            : rows.Average(row => (double)sample.Max(other => Similarity.Cosine(row, other)));

    /// <summary>The mean cosine between a row and the nearest other one; NaN when there are fewer than two.</summary>
    public static double Nearest(float[][] rows) =>
        rows.Length < 2
            ? double.NaN
            : Enumerable
                .Range(0, rows.Length)
                .Average(i => (double)rows.Where((_, j) => j != i).Max(other => Similarity.Cosine(rows[i], other)));

    /// <summary>The sum of rows, each scaled to unit length first.</summary>
    public static float[] Centre(float[][] rows)
    {
        var sum = new float[rows[0].Length];
        foreach (var row in rows)
        {
            var unit = row.ToArray();
            UnitLength.TryNormalize(unit);
            for (var i = 0; i < sum.Length; i++)
            {
                sum[i] += unit[i];
            }
        }

        return sum;
    }
}
