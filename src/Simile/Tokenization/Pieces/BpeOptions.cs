namespace Simile.Tokenization.Pieces;

/// <summary>The options of a BPE model. The names are those of tokenizer.json.</summary>
internal sealed record BpeOptions
{
    /// <summary>The entry for characters that the vocabulary lacks; null drops them.</summary>
    public string? UnknownToken { get; init; }

    /// <summary>Makes one unknown token of neighbours.</summary>
    public bool FuseUnknown { get; init; }

    /// <summary>Spells characters that the vocabulary lacks by their bytes.</summary>
    public bool ByteFallback { get; init; }

    /// <summary>Takes a word that is an entry as it is.</summary>
    public bool IgnoreMerges { get; init; }

    /// <summary>What stands before a character that continues a word.</summary>
    public string ContinuingSubwordPrefix { get; init; } = string.Empty;

    /// <summary>What stands after the last character of a word.</summary>
    public string EndOfWordSuffix { get; init; } = string.Empty;
}
