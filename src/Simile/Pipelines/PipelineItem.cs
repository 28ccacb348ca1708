using System.Runtime.InteropServices;

namespace Simile.Pipelines;

/// <summary>An item on its way through a pipeline: a value, or the error that stopped it.</summary>
/// <typeparam name="T">The value's type.</typeparam>
[StructLayout(LayoutKind.Auto)]
public readonly record struct PipelineItem<T>
{
    private readonly T? _value;

    /// <summary>A value.</summary>
    public PipelineItem(long index, T value) => (Index, _value) = (index, value);

    /// <summary>An error.</summary>
    public PipelineItem(long index, SimileException error) => (Index, Error) = (index, error);

    /// <summary>Its place in the source, from 0.</summary>
    public long Index { get; }

    /// <summary>Why there is no value, or null when there is one.</summary>
    public SimileException? Error { get; }

    /// <summary>The value.</summary>
    /// <exception cref="SimileException">The item's error.</exception>
    public T Value =>
        Error is null ? _value! : throw new SimileException(Error.Code, $"Item {Index} has no value: {Error.Description}", Error);
}

/// <summary>What a step over many items made of one of them.</summary>
/// <param name="Value">The value; of no meaning when there is an error.</param>
/// <param name="Error">Why there is no value, or null.</param>
/// <typeparam name="T">The value's type.</typeparam>
[StructLayout(LayoutKind.Auto)]
public readonly record struct StepResult<T>(T? Value, SimileException? Error = null);
