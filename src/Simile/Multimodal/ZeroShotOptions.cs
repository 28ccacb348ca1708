namespace Simile.Multimodal;

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
