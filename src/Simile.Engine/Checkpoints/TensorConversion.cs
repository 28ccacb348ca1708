using System.Runtime.InteropServices;

namespace Simile.Engine.Checkpoints;

internal static class TensorConversion
{
    /// <summary>Elements of any floating type, or of int8, as 32-bit floats.</summary>
    public static float[] ToFloats(ReadOnlySpan<byte> bytes, SafetensorsTensor tensor, string path)
    {
        var floats = GC.AllocateUninitializedArray<float>((int)tensor.Count);
        Convert(bytes, tensor, path, floats);
        return floats;
    }

    /// <summary>Some elements of a tensor as 32-bit floats.</summary>
    public static void Convert(ReadOnlySpan<byte> bytes, SafetensorsTensor tensor, string path, Span<float> floats)
    {
        switch (tensor.Type)
        {
            case SafetensorsType.F32:
                bytes.CopyTo(MemoryMarshal.AsBytes(floats));
                break;
            case SafetensorsType.F16:
                Convert(MemoryMarshal.Cast<byte, Half>(bytes), floats, value => (float)value);
                break;
            case SafetensorsType.BF16:
                Convert(MemoryMarshal.Cast<byte, ushort>(bytes), floats, value => BitConverter.UInt32BitsToSingle((uint)value << 16));
                break;
            case SafetensorsType.F64:
                Convert(MemoryMarshal.Cast<byte, double>(bytes), floats, value => (float)value);
                break;
            case SafetensorsType.I8:
                Convert(MemoryMarshal.Cast<byte, sbyte>(bytes), floats, value => value);
                break;
            default:
                throw new SimileException(ErrorCode.BadCheckpoint, $"The tensor '{tensor.Name}' of {path} holds {tensor.Type}, but numbers of type F64, F32, F16, BF16 or I8 are wanted.");
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
