using System.Runtime.InteropServices;
using Simile.Vectors;

namespace Simile.Text;

/// <summary>One call's options, settled against the model.</summary>
/// <param name="Space">The space of the answer.</param>
/// <param name="Prompt">What is put before each text.</param>
/// <param name="MaxTokens">Most tokens used.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct TextRequest(EmbeddingSpace Space, string Prompt, int MaxTokens)
{
    public static TextRequest Of(EmbedOptions options, EmbeddingSpace space, TextModelTraits traits, int? maxTokens)
    {
        if (options.MaxTokens < 1)
        {
            throw new SimileException(ErrorCode.InvalidOption, $"MaxTokens is {options.MaxTokens}, but at least 1 is needed. Leave it out for the model's own limit.");
        }

        var cut = space.Truncate(options.Dimensions ?? space.Dimensions);
        if (options.Normalize is { } normalize && normalize != cut.UnitLength)
        {
            cut = new EmbeddingSpace(cut.Id, cut.Dimensions, normalize, cut.Metric, cut.TrainedDimensions);
        }

        var limit = Math.Min(options.MaxTokens ?? int.MaxValue, maxTokens ?? int.MaxValue);
        return new TextRequest(cut, PromptFor(options.Purpose, traits), limit);
    }

    /// <summary>Writes a row of the answer: the vector, cut to the space's dimensions and scaled to unit length where the space is one.</summary>
    public void Finish(ReadOnlySpan<float> vector, Span<float> row)
    {
        vector[..row.Length].CopyTo(row);
        if (Space.UnitLength)
        {
            UnitLength.Normalize(row);
            return;
        }

        foreach (var value in row)
        {
            if (!float.IsFinite(value))
            {
                throw new SimileException(ErrorCode.InvalidVector, $"The model gave a vector with the value {value}. Its weights are damaged, or too large for their precision.");
            }
        }
    }

    private static string PromptFor(EmbedPurpose purpose, TextModelTraits traits) => purpose switch
    {
        EmbedPurpose.Query => traits.Prompts.GetValueOrDefault("query", traits.DefaultPrompt),
        EmbedPurpose.Document => traits.Prompts.GetValueOrDefault("document", traits.Prompts.GetValueOrDefault("passage", traits.DefaultPrompt)),
        _ => traits.DefaultPrompt,
    };
}
