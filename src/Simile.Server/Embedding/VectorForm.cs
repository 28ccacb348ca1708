using System.Buffers;
using System.Runtime.InteropServices;
using System.Text.Json;
using Simile.Vectors.Codes;

namespace Simile.Server.Embedding;

/// <summary>The kinds of numbers that vectors are sent as.</summary>
internal enum VectorNumbers
{
    /// <summary>32-bit floats.</summary>
    Float,

    /// <summary>One signed byte a value, by the model's calibration.</summary>
    Int8,

    /// <summary>The same plus 128.</summary>
    UInt8,

    /// <summary>One bit a value (above zero), eight a byte, the first the most significant, minus 128.</summary>
    Binary,

    /// <summary>The same without the offset.</summary>
    UBinary,
}

/// <summary>How a vector is written: which numbers, and whether as a list or as base64 of their bytes (floats little endian).</summary>
/// <param name="numbers">The numbers.</param>
/// <param name="isBase64">Whether as base64.</param>
/// <param name="calibration">What 8-bit codes need.</param>
internal sealed class VectorForm(VectorNumbers numbers, bool isBase64, Int8Calibration? calibration = null)
{
    private const int Offset = 128;
    private const int BitsPerByte = 8;

    /// <summary>The names of the numbers, for messages.</summary>
    public const string Known = "float, int8, uint8, binary, ubinary";

    /// <summary>Floats as a list.</summary>
    public static VectorForm Plain { get; } = new(VectorNumbers.Float, isBase64: false);

    /// <summary>The numbers of a name; null for a name that nobody knows.</summary>
    public static VectorNumbers? Find(string? name) =>
        name switch
        {
            null or "float" => VectorNumbers.Float,
            "int8" => VectorNumbers.Int8,
            "uint8" => VectorNumbers.UInt8,
            "binary" => VectorNumbers.Binary,
            "ubinary" => VectorNumbers.UBinary,
            _ => null,
        };

    /// <summary>The form of some numbers of a model's vectors.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.NotCalibrated"/>.</exception>
    public static VectorForm Of(VectorNumbers numbers, bool isBase64, EmbedAnswer answer)
    {
        var calibration = numbers is VectorNumbers.Int8 or VectorNumbers.UInt8 ? answer.Model.Calibration() : null;
        return calibration is null || calibration.Dimensions == answer.Batch.Dimensions
            ? new VectorForm(numbers, isBase64, calibration)
            : throw new SimileException(
                ErrorCode.NotCalibrated,
                $"8-bit codes of the model '{answer.Model.Id}' have {calibration.Dimensions} values, and {answer.Batch.Dimensions} were "
                    + "asked for. Ask for all dimensions, or for float."
            );
    }

    /// <summary>Writes a vector as a JSON value.</summary>
    public void Write(Utf8JsonWriter json, ReadOnlySpan<float> vector)
    {
        if (numbers == VectorNumbers.Float && !isBase64)
        {
            json.WriteStartArray();
            foreach (var value in vector)
            {
                json.WriteNumberValue(value);
            }

            json.WriteEndArray();
            return;
        }

        var rented = ArrayPool<byte>.Shared.Rent(vector.Length * sizeof(float));
        var bytes = rented.AsSpan(0, LengthOf(vector.Length));
        Fill(vector, bytes);
        if (isBase64)
        {
            json.WriteBase64StringValue(bytes);
        }
        else
        {
            WriteList(json, bytes);
        }

        ArrayPool<byte>.Shared.Return(rented);
    }

    /// <summary>Bytes of a vector.</summary>
    public int LengthOf(int dimensions) =>
        numbers switch
        {
            VectorNumbers.Float => dimensions * sizeof(float),
            VectorNumbers.Int8 or VectorNumbers.UInt8 => dimensions,
            _ => (dimensions + BitsPerByte - 1) / BitsPerByte,
        };

    /// <summary>Writes the bytes of a vector.</summary>
    public void Fill(ReadOnlySpan<float> vector, Span<byte> bytes)
    {
        switch (numbers)
        {
            case VectorNumbers.Float:
                FillFloats(vector, bytes);
                return;
            case VectorNumbers.Int8:
            case VectorNumbers.UInt8:
                calibration!.Quantize(vector, MemoryMarshal.Cast<byte, sbyte>(bytes));
                break;
            default:
                FillBits(vector, bytes);
                break;
        }

        if (numbers is VectorNumbers.UInt8 or VectorNumbers.Binary)
        {
            foreach (ref var code in bytes)
            {
                code = unchecked((byte)(code - Offset));
            }
        }
    }

    private static void FillFloats(ReadOnlySpan<float> vector, Span<byte> bytes)
    {
        if (BitConverter.IsLittleEndian)
        {
            MemoryMarshal.AsBytes(vector).CopyTo(bytes);
            return;
        }

        for (var i = 0; i < vector.Length; i++)
        {
            System.Buffers.Binary.BinaryPrimitives.WriteSingleLittleEndian(bytes[(i * sizeof(float))..], vector[i]);
        }
    }

    private static void FillBits(ReadOnlySpan<float> vector, Span<byte> bytes)
    {
        bytes.Clear();
        for (var i = 0; i < vector.Length; i++)
        {
            bytes[i / BitsPerByte] |= (byte)(vector[i] > 0 ? 1 << (BitsPerByte - 1 - (i % BitsPerByte)) : 0);
        }
    }

    private void WriteList(Utf8JsonWriter json, ReadOnlySpan<byte> bytes)
    {
        var isSigned = numbers is VectorNumbers.Int8 or VectorNumbers.Binary;
        json.WriteStartArray();
        foreach (var value in bytes)
        {
            json.WriteNumberValue(isSigned ? (sbyte)value : value);
        }

        json.WriteEndArray();
    }
}
