using System.Runtime.InteropServices;

namespace Simile.Pipelines;

/// <summary>How far a pipeline has come.</summary>
/// <param name="Read">Items that were read from the source.</param>
/// <param name="Done">Items that left the last step, failed ones included.</param>
/// <param name="Failed">Items that left with an error.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct PipelineProgress(long Read, long Done, long Failed);
