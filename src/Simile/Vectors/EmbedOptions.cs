namespace Simile;

/// <summary>What a text is embedded for; some models put another prompt before queries than before documents.</summary>
public enum EmbedPurpose
{
    /// <summary>No purpose: no prompt, or the model's default one.</summary>
    Unspecified,

    /// <summary>A question or search text.</summary>
    Query,

    /// <summary>A text to be found.</summary>
    Document,
}

/// <summary>Options of one call to <see cref="IEmbedder{TInput}.EmbedAsync"/>.</summary>
public sealed record EmbedOptions
{
    /// <summary>The defaults.</summary>
    public static EmbedOptions Default { get; } = new();

    /// <summary>What the inputs are embedded for. Default: <see cref="EmbedPurpose.Unspecified"/>.</summary>
    public EmbedPurpose Purpose { get; init; }

    /// <summary>Values a vector, one of the space's dimensions or trained dimensions. Default: null, all of them.</summary>
    public int? Dimensions { get; init; }

    /// <summary>Whether vectors are scaled to unit length. Default: null, as the model does it.</summary>
    public bool? Normalize { get; init; }

    /// <summary>The most tokens of an input that are used, at least 1. Default: null, the model's own limit.</summary>
    public int? MaxTokens { get; init; }
}
