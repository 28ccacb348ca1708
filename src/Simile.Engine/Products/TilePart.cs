using System.Runtime.InteropServices;

namespace Simile.Engine.Products;

/// <summary>A part of a product: some rows, some panels of 32 columns.</summary>
/// <param name="FirstRow">The first row.</param>
/// <param name="EndRow">The row after the last.</param>
/// <param name="FirstPanel">The first panel.</param>
/// <param name="EndPanel">The panel after the last.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct TilePart(int FirstRow, int EndRow, int FirstPanel, int EndPanel);
