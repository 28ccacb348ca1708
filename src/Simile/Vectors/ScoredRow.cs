using System.Runtime.InteropServices;

namespace Simile;

/// <summary>A row of a matrix with its score.</summary>
/// <param name="Row">The row's position.</param>
/// <param name="Score">Its similarity or distance to the query.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct ScoredRow(int Row, float Score);
