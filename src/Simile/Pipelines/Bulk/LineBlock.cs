using System.Runtime.InteropServices;

namespace Simile.Pipelines.Bulk;

/// <summary>A line of the input: its text, or why there is none.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct BulkLine(string Text, SimileException? Error = null)
{
    /// <summary>The id that the line gives itself, or null.</summary>
    public string? Id { get; init; }
}

/// <summary>Lines that are embedded together.</summary>
/// <param name="Lines">The lines.</param>
/// <param name="EndBytes">Bytes of the input up to their end.</param>
/// <param name="EndDigest">The digest of these bytes.</param>
internal sealed record LineBlock(IReadOnlyList<BulkLine> Lines, long EndBytes, string EndDigest);
