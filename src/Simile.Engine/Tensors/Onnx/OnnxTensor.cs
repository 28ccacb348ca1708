using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Globalization;

namespace Simile.Engine.Tensors.Onnx;

/// <summary>A constant tensor of an ONNX file: what it is, and where its values lie.</summary>
internal sealed record OnnxTensor
{
    private const int ExternalLocation = 1;

    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>The type of its elements as the format numbers it.</summary>
    public int DataType { get; private init; }

    /// <summary>Its shape.</summary>
    public ImmutableArray<long> Shape { get; private init; } = [];

    /// <summary>Where in the file itself its bytes lie; null where they are elsewhere.</summary>
    public ByteRange? Inside { get; private init; }

    /// <summary>Its values, where the file writes them as numbers of another length.</summary>
    public byte[]? Values { get; private init; }

    /// <summary>The file beside this one that holds its bytes, or null.</summary>
    public ExternalData? Outside { get; private init; }

    /// <summary>The type as safetensors call it, or null for one that no weights are of.</summary>
    public TensorType? Type =>
        DataType switch
        {
            1 => TensorType.F32,
            2 => TensorType.U8,
            3 => TensorType.I8,
            6 => TensorType.I32,
            7 => TensorType.I64,
            9 => TensorType.BOOL,
            10 => TensorType.F16,
            11 => TensorType.F64,
            16 => TensorType.BF16,
            _ => null,
        };

    /// <summary>Reads a TensorProto.</summary>
    /// <exception cref="InvalidDataException">It contradicts itself.</exception>
    public static OnnxTensor Read(ReadOnlySpan<byte> file, ByteRange range)
    {
        var (name, type, location) = (string.Empty, 0, 0L);
        var (shape, numbers) = (new List<long>(), new List<long>());
        ByteRange? inside = null;
        var external = ImmutableDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        var reader = new ProtobufReader(file, range);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1:
                    reader.AddTo(shape);
                    break;
                case 2:
                    type = (int)reader.Number();
                    break;

                // Packed numbers of fixed length lie as raw data do.
                case 9
                or 4
                or 10 when reader.Wire == ProtobufWire.Bytes && inside is null:
                    inside = reader.Range();
                    break;
                case 4 or 10 when reader.Wire == ProtobufWire.Bytes:
                    throw new InvalidDataException($"the values of the tensor '{name}' stand in pieces");
                case 5 or 7 or 4 or 10:
                    reader.AddTo(numbers);
                    break;
                case 8:
                    name = reader.Text();
                    break;
                case 13:
                    var entry = ReadEntry(file, reader.Range());
                    external[entry.Key] = entry.Value;
                    break;
                case 14:
                    location = reader.Number();
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        var tensor = new OnnxTensor
        {
            Name = name,
            DataType = type,
            Shape = [.. shape],
            Inside = inside,
        };
        return location == ExternalLocation ? tensor with { Inside = null, Outside = ExternalData.Of(name, external.ToImmutable()) }
            : numbers.Count > 0 ? tensor with { Inside = null, Values = BytesOf(tensor, numbers) }
            : tensor;
    }

    /// <summary>Reads a StringStringEntryProto.</summary>
    public static (string Key, string Value) ReadEntry(ReadOnlySpan<byte> file, ByteRange range)
    {
        var (key, value) = (string.Empty, string.Empty);
        var reader = new ProtobufReader(file, range);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1:
                    key = reader.Text();
                    break;
                case 2:
                    value = reader.Text();
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        return (key, value);
    }

    // Elements of 16 bits and fewer, and those of 32, are written as 32-bit numbers, floating ones by their bits.
    private static byte[] BytesOf(OnnxTensor tensor, List<long> numbers)
    {
        var size = tensor.Type is { } type ? TensorInfo.SizeOf(type) : 0;
        var bytes = new byte[checked(numbers.Count * (long)size)];
        Span<byte> number = stackalloc byte[sizeof(long)];
        for (var i = 0; i < numbers.Count && size > 0; i++)
        {
            BinaryPrimitives.WriteInt64LittleEndian(number, numbers[i]);
            number[..size].CopyTo(bytes.AsSpan(i * size));
        }

        return bytes;
    }
}

/// <summary>Values in a file beside the model's.</summary>
/// <param name="Location">The file, relative to the model's folder.</param>
/// <param name="Offset">The first byte.</param>
/// <param name="Length">Bytes; null for what the shape needs.</param>
internal sealed record ExternalData(string Location, long Offset, long? Length)
{
    /// <summary>Reads what a tensor says of it.</summary>
    public static ExternalData Of(string tensor, ImmutableDictionary<string, string> entries) =>
        entries.TryGetValue("location", out var location) && location.Length > 0
            ? new ExternalData(location, NumberOf(tensor, entries, "offset") ?? 0, NumberOf(tensor, entries, "length"))
            : throw new InvalidDataException($"the tensor '{tensor}' has its values in another file, but does not name it");

    /// <summary>The full path of the file.</summary>
    /// <param name="model">The path of the model's file.</param>
    /// <param name="tensor">The tensor's name, for the error.</param>
    /// <exception cref="InvalidDataException">It lies outside of the model's folder.</exception>
    public string PathBeside(string model, string tensor)
    {
        var folder = Path.GetDirectoryName(model)!;
        return
            !Location.Contains('\0', StringComparison.Ordinal)
            && !Path.IsPathRooted(Location)
            && Path.GetFullPath(Path.Combine(folder, Location)) is var path
            && path.StartsWith(Path.GetFullPath(folder) + Path.DirectorySeparatorChar, StringComparison.Ordinal)
            ? path
            : throw new InvalidDataException($"the tensor '{tensor}' has its values in '{Location}', outside of the model's folder");
    }

    private static long? NumberOf(string tensor, ImmutableDictionary<string, string> entries, string key) =>
        !entries.TryGetValue(key, out var text) ? null
        : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
        : throw new InvalidDataException($"the tensor '{tensor}' has the {key} '{text}', which is no number of bytes");
}
