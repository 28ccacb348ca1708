using System.Runtime.InteropServices;

namespace Simile.Engine.Tensors;

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
