using System.Text;

namespace Simile.Testing;

/// <summary>Writes protobuf messages, sound ones and others: field by field, as https://protobuf.dev/programming-guides/encoding has
/// it.</summary>
internal sealed class OnnxWriter
{
    private readonly MemoryStream _bytes = new();

    public static byte[] Model(params byte[][] graphParts) => new OnnxWriter().Add(7, Join(graphParts)).ToArray();

    /// <summary>A model that can be run: it says which version of the operators it is written in.</summary>
    public static byte[] Runnable(params byte[][] graphParts) =>
        Join(
            new OnnxWriter().Add(1, 8).ToArray(),
            new OnnxWriter().Add(8, new OnnxWriter().Add(2, 17).ToArray()).ToArray(),
            Model([new OnnxWriter().Add(2, "graph").ToArray(), .. graphParts])
        );

    /// <summary>An input of the graph; axes below 0 are open.</summary>
    public static byte[] Input(string name, int type, params long[] shape) => new OnnxWriter().Add(11, Value(name, type, shape)).ToArray();

    /// <summary>An output of the graph; axes below 0 are open.</summary>
    public static byte[] Output(string name, int type, params long[] shape) => new OnnxWriter().Add(12, Value(name, type, shape)).ToArray();

    /// <summary>An attribute that is a number.</summary>
    public static byte[] Number(string name, long value) =>
        new OnnxWriter().Add(5, new OnnxWriter().Add(1, name).Add(3, value).Add(20, 2).ToArray()).ToArray();

    /// <summary>An attribute that is a list of numbers.</summary>
    public static byte[] Numbers(string name, params long[] values)
    {
        var attribute = new OnnxWriter().Add(1, name);
        foreach (var value in values)
        {
            attribute.Add(8, value);
        }

        return new OnnxWriter().Add(5, attribute.Add(20, 7).ToArray()).ToArray();
    }

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

    private static byte[] Value(string name, int type, long[] shape)
    {
        var (axes, open) = (new OnnxWriter(), 0);
        foreach (var size in shape)
        {
            axes.Add(1, size < 0 ? new OnnxWriter().Add(2, $"axis{open++}").ToArray() : new OnnxWriter().Add(1, size).ToArray());
        }

        var tensor = new OnnxWriter().Add(1, type).Add(2, axes.ToArray()).ToArray();
        return new OnnxWriter().Add(1, name).Add(2, new OnnxWriter().Add(1, tensor).ToArray()).ToArray();
    }

    private static byte[] Entry(string key, string value) =>
        new OnnxWriter().Add(13, new OnnxWriter().Add(1, key).Add(2, value).ToArray()).ToArray();
}
