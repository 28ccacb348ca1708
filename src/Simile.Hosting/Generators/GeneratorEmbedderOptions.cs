using Simile.Vectors;

namespace Simile.Hosting.Generators;

/// <summary>What a <see cref="GeneratorEmbedder{TInput}"/> cannot ask its generator.</summary>
public sealed record GeneratorEmbedderOptions
{
    /// <summary>Values a vector. Default: null, what the generator's metadata say.</summary>
    public int? Dimensions { get; init; }

    /// <summary>The model's name. Default: null, what the generator's metadata say.</summary>
    public string? ModelId { get; init; }

    /// <summary>What tells the model's weights from others that go by the same name: a digest, a version, a date. It is part of the recipe,
    /// so a cache forgets the old vectors when it changes. Default: null, the name alone.</summary>
    public string? Identity { get; init; }

    /// <summary>Whether the vectors are scaled to length 1. Default: false, as the generator gives them.</summary>
    public bool Normalize { get; init; }

    /// <summary>The metric that the model was trained for. Default: <see cref="SimilarityMetric.Cosine"/>.</summary>
    public SimilarityMetric Metric { get; init; } = SimilarityMetric.Cosine;

    /// <summary>The shorter lengths that the generator may be asked for. Default: none.</summary>
    public IReadOnlyList<int> TrainedDimensions { get; init; } = [];

    /// <summary>The same options, once they are sound.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.InvalidOption"/>.</exception>
    public GeneratorEmbedderOptions Checked()
    {
        if (Dimensions < 1 || TrainedDimensions.Any(length => length < 1) || !Enum.IsDefined(Metric))
        {
            throw new SimileException(
                ErrorCode.InvalidOption,
                $"Dimensions is {Dimensions}, TrainedDimensions is [{string.Join(", ", TrainedDimensions)}] and Metric {Metric}; "
                    + "expected are lengths of at least 1 and a metric of the list."
            );
        }

        return ModelId is not { Length: 0 } && Identity is not { Length: 0 }
            ? this
            : throw new SimileException(ErrorCode.InvalidOption, "ModelId or Identity is an empty text. Leave it out, or give it a value.");
    }
}
