using System.Collections.Immutable;
using Simile.Tokenization.Normalization;
using Simile.Tokenization.Pieces;
using Simile.Tokenization.Splitting;

namespace Simile.Tokenization.Pipeline;

/// <summary>What a pipeline is made of.</summary>
internal sealed record PipelineParts(IPieceModel Model)
{
    /// <summary>Changes the text; null leaves it as it is.</summary>
    public ITextNormalizer? Normalizer { get; init; }

    /// <summary>Makes words; null makes one of all.</summary>
    public ISplitter? Splitter { get; init; }

    /// <summary>Entries found as a whole.</summary>
    public ImmutableArray<AddedToken> AddedTokens { get; init; } = [];

    /// <summary>What stands around a text.</summary>
    public SpecialTokens Special { get; init; } = SpecialTokens.None;

    /// <summary>One for each post-processor that takes spaces out of places: whether a space before the text was added.</summary>
    public ImmutableArray<bool> TrimmingPasses { get; init; } = [];

    /// <summary>SHA-256 of everything the ids depend on.</summary>
    public string Digest { get; init; } = string.Empty;
}
