namespace Simile.Ingestion;

/// <summary>A stretch of a document that belongs together: a paragraph, a table row, a block of code.</summary>
/// <param name="Text">Its text; line breaks are those of the file, unless an end line is given.</param>
/// <param name="StartLine">The line it begins on, from 1.</param>
/// <param name="Heading">The headings above it, outermost first, joined by " &gt; "; empty when there are none.</param>
/// <param name="IsCode">Whether its lines are to be kept as they are.</param>
/// <param name="EndLine">Its last line in the file, where the text's line breaks are not those of the file; else null.</param>
public sealed record TextBlock(string Text, int StartLine, string Heading = "", bool IsCode = false, int? EndLine = null)
{
    /// <summary>What its chunks may be filtered by; blocks of other metadata share none. Default: nothing.</summary>
    public IReadOnlyDictionary<string, MetadataValue> Metadata { get; init; } = ChunkMetadata.None;

    /// <summary>Where it stands in a document that has no lines of its own ("page 3", "sheet Prices, row 4", "slide 2"); its lines are then
    /// the number of the block. Chunks span places that differ in their last number only ("page 3-4"). Default: empty, the lines
    /// say it.</summary>
    public string Place { get; init; } = string.Empty;
}
