using System.Collections.Immutable;

namespace Simile.Engine.Tensors;

/// <summary>What is known of a tensor before it is read; checked against the file that holds it.</summary>
/// <param name="Path">The file that holds it.</param>
/// <param name="Name">Its name.</param>
/// <param name="Type">The type of its elements.</param>
/// <param name="Shape">Its shape; empty for a single number.</param>
/// <param name="Offset">Where it begins in what holds it, in bytes.</param>
/// <param name="Bytes">Its length in bytes.</param>
internal sealed record TensorInfo(string Path, string Name, TensorType Type, ImmutableArray<long> Shape, long Offset, long Bytes)
{
    /// <summary>Elements of the tensor.</summary>
    public long Count => Bytes / SizeOf(Type);

    /// <summary>The shape as in <c>(29500, 256)</c>.</summary>
    public string ShapeText => $"({string.Join(", ", Shape)})";

    /// <summary>Bytes an element takes.</summary>
    public static int SizeOf(TensorType type) =>
        type switch
        {
            TensorType.F64 or TensorType.I64 => 8,
            TensorType.F32 or TensorType.I32 => 4,
            TensorType.F16 or TensorType.BF16 => 2,
            _ => 1,
        };
}
