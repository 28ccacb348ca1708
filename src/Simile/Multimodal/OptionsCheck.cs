using Simile.Vectors;

namespace Simile.Multimodal;

/// <summary>Options for embedders whose vectors exist in one form only.</summary>
internal static class OptionsCheck
{
    /// <summary>What goes on to the models beneath, after the space has been found to have what is asked for.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.UnsupportedDimensions"/>, <see cref="ErrorCode.InvalidOption"/>.</exception>
    public static EmbedOptions RequireWhole(EmbedOptions? options, EmbeddingSpace space)
    {
        var settled = options ?? EmbedOptions.Default;
        space.Truncate(settled.Dimensions ?? space.Dimensions);
        return settled.Normalize == false
            ? throw new SimileException(
                ErrorCode.InvalidOption,
                $"Vectors of {space} have unit length by their making; they cannot be had without. Leave Normalize out."
            )
            : settled with
            {
                Dimensions = null,
                Normalize = null,
            };
    }
}
