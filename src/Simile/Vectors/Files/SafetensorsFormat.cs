using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Simile.Engine.Tensors;

namespace Simile.Vectors.Files;

/// <summary>A safetensors file with one tensor <c>embeddings</c> (N, D) of 32-bit floats.</summary>
internal sealed class SafetensorsFormat : FloatBlockFormat
{
    private const string TensorName = "embeddings";
    private const int HeaderBytes = 128;

    public override VectorTable Read(FileStream stream)
    {
        using var file = SafetensorsFile.Open(stream.Name);
        var tensor = file.Find(TensorName);
        return tensor.Shape.Length == 2
            ? new VectorTable(file.ReadFloats(TensorName), (int)tensor.Shape[1])
            : throw VectorFiles.Bad(
                stream.Name,
                $"its tensor '{TensorName}' has the shape {tensor.ShapeText}; wanted is (rows, dimensions)"
            );
    }

    protected override void WriteHeader(Stream stream, long count, int dimensions)
    {
        Span<byte> length = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(length, HeaderBytes);
        stream.Write(length);
        var json = new StringBuilder()
            .Append(
                CultureInfo.InvariantCulture,
                $"{{\"{TensorName}\":{{\"dtype\":\"F32\",\"shape\":[{count},{dimensions}],"
                    + $"\"data_offsets\":[0,{count * dimensions * sizeof(float)}]"
            )
            .Append("}}");
        stream.Write(Encoding.ASCII.GetBytes(json.ToString().PadRight(HeaderBytes)));
    }
}
