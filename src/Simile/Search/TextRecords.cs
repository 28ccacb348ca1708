using Simile.Ingestion;

namespace Simile.Search;

/// <summary>A text of one's own, on its way into a <see cref="TextIndex"/>.</summary>
/// <param name="Id">Its id: any text of up to 1,024 characters.</param>
/// <param name="Text">The text, of any length.</param>
/// <param name="Metadata">What it may be filtered by; null for nothing.</param>
public sealed record TextEntry(string Id, string Text, IReadOnlyDictionary<string, MetadataValue>? Metadata = null);

/// <summary>What became of a text that was put in.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Chunks">Passages that were embedded; 0 where the text was there already.</param>
/// <param name="Error">Why it was not stored, so that the index has of it what it had before; null where it was.</param>
public sealed record TextOutcome(string Id, int Chunks, SimileException? Error = null)
{
    /// <summary>Whether it is in the index as it was given.</summary>
    public bool Succeeded => Error is null;

    /// <summary>Whether the index had it already, with the same metadata.</summary>
    public bool Unchanged { get; init; }

    /// <summary>Passages that the model knows no word of: they have no vector and are found by their words.</summary>
    public int WithoutVector { get; init; }

    /// <summary>Passages that are longer than the model reads, so that their ends are found by words only.</summary>
    public int Truncated { get; init; }
}
