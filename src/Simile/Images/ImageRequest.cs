using Simile.Vectors;

namespace Simile.Images;

/// <summary>One call's options, settled against the model.</summary>
/// <param name="Space">The space of the answer.</param>
internal sealed record ImageRequest(EmbeddingSpace Space)
{
    public static ImageRequest Of(EmbedOptions options, EmbeddingSpace space)
    {
        if (options.MaxTokens is { } tokens)
        {
            throw new SimileException(ErrorCode.InvalidOption, $"MaxTokens is {tokens}, but pictures have no tokens. Leave it out.");
        }

        return new ImageRequest(space.For(options));
    }
}
