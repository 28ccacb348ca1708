using System.Runtime.InteropServices;
using Simile.Engine.Assembly;
using Simile.Engine.Products;

namespace Simile.Engine.Attention;

/// <summary>A tile of queries against a block of keys.</summary>
/// <param name="Query">The first query.</param>
/// <param name="Queries">Queries, at most 12.</param>
/// <param name="First">The first key, at the beginning of a panel.</param>
/// <param name="End">The key after the last.</param>
/// <param name="IsFirst">Whether no block came before.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct KeyRange(int Query, int Queries, int First, int End, bool IsFirst)
{
    /// <summary>Keys, rounded up to whole panels.</summary>
    public int Padded => TileShape.Panels(End - First) * TileShape.Columns;
}
