using System.Runtime.InteropServices;

namespace Simile.Pipelines.Bulk;

/// <summary>What a bulk embedding did.</summary>
/// <param name="Rows">Rows of the output.</param>
/// <param name="Failed">Rows without a vector.</param>
/// <param name="Continued">Rows that an earlier run had written.</param>
/// <param name="Bytes">Bytes read of the input.</param>
/// <param name="InputBytes">Bytes of the input.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct BulkReport(long Rows, long Failed, long Continued, long Bytes, long InputBytes);
