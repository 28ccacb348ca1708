namespace Simile.Documents;

/// <summary>What one document may cost at most. What is beyond a limit is told: of a document that is only long the rest is left out with a
/// note, one that is hostile is an error.</summary>
internal sealed record DocumentLimits
{
    /// <summary>The longest that a document may take. Default: 60 seconds.</summary>
    public TimeSpan MaxTime { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The most pages, slides, sheets, chapters or messages of a document that are read. Default: 10,000.</summary>
    public int MaxPages { get; init; } = 10_000;

    /// <summary>The most bytes that what is compressed in a document may become, all together. Default: 512 MB.</summary>
    public long MaxExpanded { get; init; } = 512L << 20;

    /// <summary>How many times its compressed size a part may become, beyond its first megabyte. Default: 250.</summary>
    public int MaxRatio { get; init; } = 250;

    /// <summary>How deep elements, values and attachments may be nested. Default: 256.</summary>
    public int MaxDepth { get; init; } = 256;

    /// <summary>The most characters of text of a document. Default: 64 million.</summary>
    public int MaxCharacters { get; init; } = 64_000_000;

    /// <summary>The most bytes of memory of a process that reads documents for another one. Default: 1 GB.</summary>
    public long MaxMemory { get; init; } = 1L << 30;
}
