using System.Runtime.InteropServices;

namespace Simile.Search;

/// <summary>How far the building of an index is.</summary>
/// <param name="Done">Files done.</param>
/// <param name="Total">Files to do.</param>
/// <param name="Chunks">Chunks embedded.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct IndexProgress(int Done, int Total, int Chunks);

/// <summary>A file that could not be indexed, wholly or in part.</summary>
/// <param name="Path">The file.</param>
/// <param name="Error">Why.</param>
public sealed record IndexProblem(string Path, SimileException Error);

/// <summary>What the building of an index did.</summary>
/// <param name="Files">Files found.</param>
/// <param name="Changed">Files that were new or changed.</param>
/// <param name="Removed">Files that had vanished.</param>
/// <param name="Chunks">Chunks embedded.</param>
/// <param name="Problems">Files that could not be indexed; the rest is.</param>
public sealed record IndexReport(int Files, int Changed, int Removed, int Chunks, IReadOnlyList<IndexProblem> Problems);
