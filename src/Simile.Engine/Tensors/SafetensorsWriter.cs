using System.Buffers.Binary;
using System.Text;
using System.Text.Json;

namespace Simile.Engine.Tensors;

/// <summary>One tensor to write.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">The type of its elements.</param>
/// <param name="Shape">Its shape.</param>
/// <param name="Data">Its elements, little-endian, in row-major order.</param>
internal sealed record TensorToWrite(string Name, TensorType Type, IReadOnlyList<long> Shape, ReadOnlyMemory<byte> Data);

/// <summary>Writes safetensors files. A half-written file never stands in the place of a whole one.</summary>
internal static class SafetensorsWriter
{
    /// <summary>Writes a file.</summary>
    /// <param name="path">Where to.</param>
    /// <param name="tensors">The tensors, in the order they will lie.</param>
    /// <param name="metadata">What the file says about itself.</param>
    public static void Write(string path, IReadOnlyList<TensorToWrite> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        var header = Header(tensors, metadata);
        var unfinished = path + ".tmp";
        using (var stream = File.Create(unfinished))
        {
            Span<byte> length = stackalloc byte[8];
            BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)header.Length);
            stream.Write(length);
            stream.Write(header);
            foreach (var tensor in tensors)
            {
                stream.Write(tensor.Data.Span);
            }
        }

        File.Move(unfinished, path, overwrite: true);
    }

    private static byte[] Header(IReadOnlyList<TensorToWrite> tensors, IReadOnlyDictionary<string, string>? metadata)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            WriteMetadata(json, metadata);
            var offset = 0L;
            foreach (var tensor in tensors)
            {
                RequireFit(tensor);
                WriteTensor(json, tensor, offset);
                offset += tensor.Data.Length;
            }

            json.WriteEndObject();
        }

        // Spaces bring the data to a multiple of eight bytes, so that mapped numbers are aligned.
        var padding = (8 - ((int)buffer.Length % 8)) % 8;
        return [.. buffer.ToArray(), .. Encoding.ASCII.GetBytes(new string(' ', padding))];
    }

    private static void WriteMetadata(Utf8JsonWriter json, IReadOnlyDictionary<string, string>? metadata)
    {
        if (metadata is null)
        {
            return;
        }

        json.WriteStartObject("__metadata__");
        foreach (var (name, value) in metadata)
        {
            json.WriteString(name, value);
        }

        json.WriteEndObject();
    }

    private static void WriteTensor(Utf8JsonWriter json, TensorToWrite tensor, long offset)
    {
        json.WriteStartObject(tensor.Name);
        json.WriteString("dtype", tensor.Type.ToString());
        json.WriteStartArray("shape");
        foreach (var size in tensor.Shape)
        {
            json.WriteNumberValue(size);
        }

        json.WriteEndArray();
        json.WriteStartArray("data_offsets");
        json.WriteNumberValue(offset);
        json.WriteNumberValue(offset + tensor.Data.Length);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void RequireFit(TensorToWrite tensor)
    {
        var bytes = tensor.Shape.Aggregate((long)TensorInfo.SizeOf(tensor.Type), (product, size) => checked(product * size));
        if (bytes != tensor.Data.Length)
        {
            throw new ArgumentException(
                $"The tensor '{tensor.Name}' of shape ({string.Join(", ", tensor.Shape)}) needs {bytes} bytes, but has "
                    + $"{tensor.Data.Length}.",
                nameof(tensor)
            );
        }
    }
}
