using Simile.Engine.Kernels;
using Simile.Vectors;

namespace Simile.Multimodal;

/// <summary>Sorts inputs under labels that no training has seen: by the cosines of their vectors with those of the labels' names.</summary>
/// <remarks>
/// Radford et al. 2021, "Learning transferable visual models from natural language supervision" (CLIP). A label's vector is the normalized
/// mean of the unit vectors of all its prompts (prompt ensembling, section 3.1.4); scores are softmax(scale · cos).
/// </remarks>
/// <typeparam name="TInput">What is classified: texts or pictures.</typeparam>
public sealed class ZeroShotClassifier<TInput>
{
    private readonly IEmbedder<TInput> _inputs;
    private readonly string[] _labels;
    private readonly float[] _vectors;
    private readonly float _scale;

    private ZeroShotClassifier(IEmbedder<TInput> inputs, string[] labels, float[] vectors, float scale) =>
        (_inputs, _labels, _vectors, _scale) = (inputs, labels, vectors, scale);

    /// <summary>Embeds the labels.</summary>
    /// <param name="inputs">Embeds what is classified.</param>
    /// <param name="texts">Embeds the labels, in the same space.</param>
    /// <param name="labels">The labels; different ones, at least one.</param>
    /// <param name="options">Options, or null for the defaults.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <exception cref="SimileException"><see cref="ErrorCode.SpaceMismatch"/>, <see cref="ErrorCode.InvalidOption"/>, or the error of a
    /// label that has no vector.</exception>
    public static async Task<ZeroShotClassifier<TInput>> CreateAsync(
        IEmbedder<TInput> inputs,
        IEmbedder<string> texts,
        IReadOnlyList<string> labels,
        ZeroShotOptions? options = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(texts);
        ArgumentNullException.ThrowIfNull(labels);
        texts.Space.EnsureSame(inputs.Space);
        var settled = (options ?? new ZeroShotOptions()).Checked();
        if (labels.Count == 0 || labels.Distinct(StringComparer.Ordinal).Count() < labels.Count)
        {
            throw new SimileException(
                ErrorCode.InvalidOption,
                labels.Count == 0
                    ? "There are no labels to choose from. Give at least one."
                    : $"A label stands twice among {string.Join(", ", labels)}. Name each once."
            );
        }

        var prompts = labels
            .SelectMany(label => settled.Templates.Select(template => template.Replace("{}", label, StringComparison.Ordinal)))
            .ToArray();
        var batch = await texts.EmbedAsync(prompts, null, cancellationToken).ConfigureAwait(false);
        return new ZeroShotClassifier<TInput>(inputs, [.. labels], Average(batch, labels.Count, settled.Templates.Count), settled.Scale);
    }

    /// <summary>Classifies inputs. Answer i belongs to input i; a bad input never fails the others.</summary>
    public async ValueTask<IReadOnlyList<Classification>> ClassifyAsync(
        IReadOnlyList<TInput> inputs,
        CancellationToken cancellationToken = default
    )
    {
        var batch = await _inputs.EmbedAsync(inputs, null, cancellationToken).ConfigureAwait(false);
        return
        [
            .. Enumerable
                .Range(0, batch.Count)
                .Select(i => new Classification(batch.Outcomes[i].Succeeded ? Score(batch[i]) : [], batch.Outcomes[i])),
        ];
    }

    private static float[] Average(EmbeddingBatch prompts, int labels, int templates)
    {
        var vectors = new float[labels * prompts.Dimensions];
        for (var prompt = 0; prompt < prompts.Count; prompt++)
        {
            float[] unit = [.. prompts[prompt]];
            UnitLength.Normalize(unit);
            VectorKernels.AddScaled(unit, 1f / templates, vectors.AsSpan(prompt / templates * prompts.Dimensions, prompts.Dimensions));
        }

        for (var label = 0; label < labels; label++)
        {
            UnitLength.Normalize(vectors.AsSpan(label * prompts.Dimensions, prompts.Dimensions));
        }

        return vectors;
    }

    private LabelScore[] Score(ReadOnlySpan<float> vector)
    {
        var logits = new double[_labels.Length];
        for (var i = 0; i < logits.Length; i++)
        {
            logits[i] = (double)_scale * Similarity.Cosine(vector, _vectors.AsSpan(i * vector.Length, vector.Length));
        }

        var highest = logits.Max();
        var sum = logits.Sum(logit => Math.Exp(logit - highest));
        return
        [
            .. _labels
                .Select((label, i) => new LabelScore(label, Math.Exp(logits[i] - highest) / sum))
                .OrderByDescending(score => score.Score),
        ];
    }
}

/// <summary>Options of <see cref="ZeroShotClassifier{TInput}"/>.</summary>
public sealed record ZeroShotOptions
{
    /// <summary>Sentences around a label, which takes the place of <c>{}</c>. Default: the label alone. For CLIP: <c>a photo of a
    /// {}</c>.</summary>
    public IReadOnlyList<string> Templates { get; init; } = ["{}"];

    /// <summary>What cosines are multiplied with before the softmax. Default: 100, what CLIP's temperature ends at.</summary>
    public float Scale { get; init; } = 100;

    internal ZeroShotOptions Checked()
    {
        if (Templates.Count == 0)
        {
            throw new SimileException(ErrorCode.InvalidOption, "There is no template; '{}' is the label alone.");
        }

        if (Templates.FirstOrDefault(template => !template.Contains("{}", StringComparison.Ordinal)) is { } wrong)
        {
            throw new SimileException(
                ErrorCode.InvalidOption,
                $"The template '{wrong}' has no place for the label: write {{}} where it belongs, as in 'a photo of a {{}}'."
            );
        }

        return float.IsFinite(Scale) && Scale > 0
            ? this
            : throw new SimileException(ErrorCode.InvalidOption, $"The scale is {Scale}, but it must be above 0.");
    }
}

/// <summary>A label and how much speaks for it.</summary>
/// <param name="Label">The label.</param>
/// <param name="Score">Its share, from 0 to 1; those of all labels add up to 1.</param>
public sealed record LabelScore(string Label, double Score);

/// <summary>What one input is.</summary>
/// <param name="Scores">All labels, best first; empty when there is an error.</param>
/// <param name="Outcome">What became of the input.</param>
public sealed record Classification(IReadOnlyList<LabelScore> Scores, EmbeddingOutcome Outcome);
