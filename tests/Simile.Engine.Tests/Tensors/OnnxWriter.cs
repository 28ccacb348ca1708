using System.Text;

namespace Simile.Engine.Tests.Tensors;

/// <summary>Writes protobuf messages, sound ones and others: field by field, as https://protobuf.dev/programming-guides/encoding has
/// it.</summary>
internal sealed class OnnxWriter
{
    private readonly MemoryStream _bytes = new();

    public static byte[] Model(params byte[][] graphParts) => new OnnxWriter().Add(7, Join(graphParts)).ToArray();

    public static byte[] Initializer(byte[] tensor) => new OnnxWriter().Add(5, tensor).ToArray();

    public static byte[] Node(string kind, string name, string[] inputs, string output, params byte[][] more)
    {
        var node = new OnnxWriter();
        foreach (var input in inputs)
        {
            node.Add(1, input);
        }

        return new OnnxWriter().Add(1, Join([node.Add(2, output).Add(3, name).Add(4, kind).ToArray(), .. more])).ToArray();
    }

    /// <summary>A tensor of 32-bit floats, or whatever the type says, with raw data.</summary>
    public static byte[] Tensor(string name, long[] shape, byte[] raw, int type = 1, params byte[][] more)
    {
        var tensor = new OnnxWriter();
        foreach (var size in shape)
        {
            tensor.Add(1, size);
        }

        return Join([
            tensor.Add(2, type).Add(8, name).ToArray(),
            .. raw.Length > 0 ? [new OnnxWriter().Add(9, raw).ToArray()] : Array.Empty<byte[]>(),
            .. more,
        ]);
    }

    public static byte[] External(string location, string offset, string? length) =>
        Join([
            new OnnxWriter().Add(14, 1).ToArray(),
            Entry("location", location),
            Entry("offset", offset),
            .. length is null ? [] : new[] { Entry("length", length) },
        ]);

    public static byte[] Floats(params float[] values) => [.. values.SelectMany(BitConverter.GetBytes)];

    public static byte[] Join(params byte[][] parts) => [.. parts.SelectMany(part => part)];

    public OnnxWriter Add(int field, long value)
    {
        Varint((ulong)field << 3);
        Varint((ulong)value);
        return this;
    }

    public OnnxWriter Add(int field, string value) => Add(field, Encoding.UTF8.GetBytes(value));

    public OnnxWriter Add(int field, byte[] value)
    {
        Varint(((ulong)field << 3) | 2);
        Varint((ulong)value.Length);
        _bytes.Write(value);
        return this;
    }

    public OnnxWriter Varint(ulong value)
    {
        for (; value >= 0x80; value >>= 7)
        {
            _bytes.WriteByte((byte)(value | 0x80));
        }

        _bytes.WriteByte((byte)value);
        return this;
    }

    public byte[] ToArray() => _bytes.ToArray();

    private static byte[] Entry(string key, string value) =>
        new OnnxWriter().Add(13, new OnnxWriter().Add(1, key).Add(2, value).ToArray()).ToArray();
}
