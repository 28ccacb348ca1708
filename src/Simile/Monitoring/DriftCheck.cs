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
