namespace Simile.Search;

/// <summary>How a search finds its answers.</summary>
public enum SearchMode
{
    /// <summary>By meaning and by words; the two rankings are fused.</summary>
    Hybrid,

    /// <summary>By meaning alone: nearest vectors.</summary>
    Dense,

    /// <summary>By words alone: BM25.</summary>
    Keyword,
}

/// <summary>Options of a search.</summary>
public sealed record SearchOptions
{
    /// <summary>How answers are found. Default: hybrid.</summary>
    public SearchMode Mode { get; init; }

    /// <summary>Answers wanted, at least 1. Default: 10.</summary>
    public int Top { get; init; } = 10;

    /// <summary>How the two rankings of a hybrid search become one. Default: null, as it is right for the model
    /// (<see cref="ScoreFusion.Of"/>).</summary>
    public IRankFusion? Fusion { get; init; }

    /// <summary>Answers of each ranking that are fused, at least as many as are wanted. Default: 200.</summary>
    public int Pool { get; init; } = 200;

    /// <summary>Which chunks are looked at, by their metadata. Default: null, all.</summary>
    public ChunkFilter? Filter { get; init; }

    internal SearchOptions Checked() =>
        Top >= 1 && Pool >= 1
            ? this
            : throw new SimileException(
                ErrorCode.InvalidOption,
                $"{Top} answers out of a pool of {Pool} were asked for, but at least 1 of each is needed."
            );
}
