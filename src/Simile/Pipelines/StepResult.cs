using System.Runtime.InteropServices;

namespace Simile.Pipelines;

/// <summary>What a step over many items made of one of them.</summary>
/// <param name="Value">The value; of no meaning when there is an error.</param>
/// <param name="Error">Why there is no value, or null.</param>
/// <typeparam name="T">The value's type.</typeparam>
[StructLayout(LayoutKind.Auto)]
public readonly record struct StepResult<T>(T? Value, SimileException? Error = null);
