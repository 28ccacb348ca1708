using System.Collections.Immutable;
using System.Runtime.InteropServices;

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

/// <summary>The element types of the safetensors format that Simile reads.</summary>
internal enum TensorType
{
    /// <summary>64-bit floating point.</summary>
    F64,

    /// <summary>32-bit floating point.</summary>
    F32,

    /// <summary>16-bit floating point (IEEE 754 binary16).</summary>
    F16,

    /// <summary>16-bit floating point with the exponent of 32 bits (bfloat16).</summary>
    BF16,

    /// <summary>64-bit signed integer.</summary>
    I64,

    /// <summary>32-bit signed integer.</summary>
    I32,

    /// <summary>8-bit signed integer.</summary>
    I8,

    /// <summary>8-bit unsigned integer.</summary>
    U8,

    /// <summary>One byte, 0 or 1.</summary>
    BOOL,
}

internal static class TensorConversion
{
    /// <summary>Elements of any floating type, or of int8, as 32-bit floats.</summary>
    public static float[] ToFloats(ReadOnlySpan<byte> bytes, TensorInfo tensor)
    {
        var floats = GC.AllocateUninitializedArray<float>((int)tensor.Count);
        Convert(bytes, tensor, floats);
        return floats;
    }

    /// <summary>Some elements of a tensor as 32-bit floats.</summary>
    public static void Convert(ReadOnlySpan<byte> bytes, TensorInfo tensor, Span<float> floats)
    {
        switch (tensor.Type)
        {
            case TensorType.F32:
                bytes.CopyTo(MemoryMarshal.AsBytes(floats));
                break;
            case TensorType.F16:
                Convert(MemoryMarshal.Cast<byte, Half>(bytes), floats, value => (float)value);
                break;
            case TensorType.BF16:
                Convert(MemoryMarshal.Cast<byte, ushort>(bytes), floats, value => BitConverter.UInt32BitsToSingle((uint)value << 16));
                break;
            case TensorType.F64:
                Convert(MemoryMarshal.Cast<byte, double>(bytes), floats, value => (float)value);
                break;
            case TensorType.I8:
                Convert(MemoryMarshal.Cast<byte, sbyte>(bytes), floats, value => value);
                break;
            default:
                throw new SimileException(
                    ErrorCode.BadCheckpoint,
                    $"The tensor '{tensor.Name}' of {tensor.Path} holds {tensor.Type}, but numbers of type F64, F32, F16, BF16 or I8 "
                        + "are wanted."
                );
        }
    }

    private static void Convert<T>(ReadOnlySpan<T> source, Span<float> target, Func<T, float> convert)
    {
        for (var i = 0; i < target.Length; i++)
        {
            target[i] = convert(source[i]);
        }
    }
}
