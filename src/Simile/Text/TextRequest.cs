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
    public static TextRequest Of(EmbedOptions options, EmbeddingSpace space, TextModelTraits traits, int? maxTokens, ITextRunner runner)
    {
        if (options.MaxTokens < 1)
        {
            throw new SimileException(
                ErrorCode.InvalidOption,
                $"MaxTokens is {options.MaxTokens}, but at least 1 is needed. Leave it out for the model's own limit."
            );
        }

        var limit = Math.Min(options.MaxTokens ?? int.MaxValue, maxTokens ?? int.MaxValue);
        var prompt = PromptFor(options.Purpose, traits);
        RequireRoom(runner.CountFixed(prompt), limit, prompt);
        return new TextRequest(space.For(options), prompt, limit);
    }

    /// <summary>Refuses a limit that leaves no token of any text: all would have the same vector.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.InvalidOption"/>.</exception>
    public static void RequireRoom(int fixedTokens, int limit, string prompt)
    {
        if (limit <= fixedTokens)
        {
            var what = prompt.Length == 0 ? "special tokens" : $"special tokens and the prompt \"{prompt}\"";
            throw new SimileException(
                ErrorCode.InvalidOption,
                $"The limit is {limit} tokens a text, but {fixedTokens} stand in every text ({what}), so that nothing of it would be "
                    + $"left and all had the same vector. At least {fixedTokens + 1} are needed."
            );
        }
    }

    private static string PromptFor(EmbedPurpose purpose, TextModelTraits traits) =>
        purpose switch
        {
            EmbedPurpose.Query => traits.Prompts.GetValueOrDefault("query", traits.DefaultPrompt),
            EmbedPurpose.Document => traits.Prompts.GetValueOrDefault(
                "document",
                traits.Prompts.GetValueOrDefault("passage", traits.Prompts.GetValueOrDefault("corpus", traits.DefaultPrompt))
            ),
            _ => traits.DefaultPrompt,
        };
}
