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

        var limit = Math.Min(options.MaxTokens ?? int.MaxValue, maxTokens ?? int.MaxValue);
        return new TextRequest(space.For(options), PromptFor(options.Purpose, traits), limit);
    }

    private static string PromptFor(EmbedPurpose purpose, TextModelTraits traits) => purpose switch
    {
        EmbedPurpose.Query => traits.Prompts.GetValueOrDefault("query", traits.DefaultPrompt),
        EmbedPurpose.Document => traits.Prompts.GetValueOrDefault("document", traits.Prompts.GetValueOrDefault("passage", traits.DefaultPrompt)),
        _ => traits.DefaultPrompt,
    };
}
