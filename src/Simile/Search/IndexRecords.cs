using System.Runtime.InteropServices;
using Simile.Ingestion;

namespace Simile.Search;

/// <summary>How far the building of an index is.</summary>
/// <param name="Done">Files done.</param>
/// <param name="Total">Files to do.</param>
/// <param name="Chunks">Chunks embedded.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct IndexProgress(int Done, int Total, int Chunks);

/// <summary>What the building of an index did. Files = Changed + Unchanged + Unread.</summary>
/// <param name="Files">Files found.</param>
/// <param name="Changed">Files that were new or changed.</param>
/// <param name="Removed">Files that had vanished.</param>
/// <param name="Chunks">Chunks embedded.</param>
/// <param name="Problems">What could not be indexed, each with its error; the rest is. Told at every run as long as it lasts.</param>
public sealed record IndexReport(int Files, int Changed, int Removed, int Chunks, IReadOnlyList<IndexNote> Problems)
{
    /// <summary>Files that were as the index has them.</summary>
    public int Unchanged { get; init; }

    /// <summary>Files of which nothing could be read; what the index held of them stays.</summary>
    public int Unread { get; init; }

    /// <summary>Files, among those read, that hold no text.</summary>
    public int Empty { get; init; }

    /// <summary>Chunks that the model knows no word of: they have no vector and are found by their words.</summary>
    public int WithoutVector { get; init; }

    /// <summary>Chunks that are longer than the model reads, so that their ends are found by words only.</summary>
    public int Truncated { get; init; }

    /// <summary>What was guessed or replaced.</summary>
    public IReadOnlyList<IndexNote> Notes { get; init; } = [];

    /// <summary>What lies under the paths and was not taken, with what it is.</summary>
    public IReadOnlyList<IndexNote> PassedOver { get; init; } = [];
}
