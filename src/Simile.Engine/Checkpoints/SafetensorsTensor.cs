using System.Collections.Immutable;

namespace Simile.Engine.Checkpoints;

/// <summary>Where a tensor of a safetensors file lies; checked against the file.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">The type of its elements.</param>
/// <param name="Shape">Its shape; empty for a single number.</param>
/// <param name="Offset">The first byte, from the beginning of the file.</param>
/// <param name="Bytes">Its length in bytes.</param>
public sealed record SafetensorsTensor(string Name, SafetensorsType Type, ImmutableArray<long> Shape, long Offset, long Bytes)
{
    /// <summary>Elements of the tensor.</summary>
    public long Count => Bytes / SizeOf(Type);

    /// <summary>The shape as in <c>(29500, 256)</c>.</summary>
    public string ShapeText => $"({string.Join(", ", Shape)})";

    /// <summary>Bytes an element takes.</summary>
    public static int SizeOf(SafetensorsType type) => type switch
    {
        SafetensorsType.F64 or SafetensorsType.I64 => 8,
        SafetensorsType.F32 or SafetensorsType.I32 => 4,
        SafetensorsType.F16 or SafetensorsType.BF16 => 2,
        _ => 1,
    };
}
