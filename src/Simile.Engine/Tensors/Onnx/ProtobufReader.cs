using System.Buffers.Binary;
using System.Text;

namespace Simile.Engine.Tensors.Onnx;

/// <summary>Reads the fields of one protobuf message where they lie, so that weights are never copied.</summary>
/// <remarks>The wire format: https://protobuf.dev/programming-guides/encoding. Groups, which nobody writes any more, are refused.</remarks>
internal ref struct ProtobufReader
{
    private const int MaxVarintBytes = 10;
    private readonly ReadOnlySpan<byte> _file;
    private readonly int _end;
    private int _at;

    /// <summary>Reads a message.</summary>
    /// <param name="file">The whole file.</param>
    /// <param name="message">Where in it the message lies.</param>
    public ProtobufReader(ReadOnlySpan<byte> file, ByteRange message)
    {
        _file = file;
        (_at, _end) = (message.Start, message.End);
    }

    /// <summary>The number of the field that was come to.</summary>
    public int Field { get; private set; }

    /// <summary>How its value is written.</summary>
    public ProtobufWire Wire { get; private set; }

    /// <summary>Goes to the next field.</summary>
    /// <returns>False at the end of the message.</returns>
    /// <exception cref="InvalidDataException">What lies there is no field.</exception>
    public bool Next()
    {
        if (_at >= _end)
        {
            return false;
        }

        var tag = Varint();
        (Field, Wire) = (tag >> 3 is > 0 and <= int.MaxValue and var field ? (int)field : 0, (ProtobufWire)(tag & 7));
        return Field > 0 && Wire is ProtobufWire.Varint or ProtobufWire.Fixed64 or ProtobufWire.Bytes or ProtobufWire.Fixed32
            ? true
            : throw new InvalidDataException($"what lies at byte {_at} is no field");
    }

    /// <summary>Reads the value as a number.</summary>
    public long Number() =>
        Wire switch
        {
            ProtobufWire.Varint => (long)Varint(),
            ProtobufWire.Fixed32 => BinaryPrimitives.ReadInt32LittleEndian(Take(4)),
            ProtobufWire.Fixed64 => BinaryPrimitives.ReadInt64LittleEndian(Take(8)),
            _ => throw Unexpected("a number"),
        };

    /// <summary>Where the value lies, if it is a text, some bytes or a message.</summary>
    public ByteRange Range()
    {
        if (Wire != ProtobufWire.Bytes)
        {
            throw Unexpected("bytes");
        }

        var length = Varint();
        if (length > (ulong)(_end - _at))
        {
            throw new InvalidDataException($"the field at byte {_at} claims {length} bytes, but {_end - _at} are left");
        }

        var range = new ByteRange(_at, _at + (int)length);
        _at = range.End;
        return range;
    }

    /// <summary>Reads the value as a text; what is no UTF-8 in it is replaced.</summary>
    public string Text() => Encoding.UTF8.GetString(_file[Range().AsRange]);

    /// <summary>Adds the value of a repeated number, one or many packed together.</summary>
    public void AddTo(List<long> numbers)
    {
        if (Wire != ProtobufWire.Bytes)
        {
            numbers.Add(Number());
            return;
        }

        var packed = new ProtobufReader(_file, Range());
        while (packed._at < packed._end)
        {
            numbers.Add((long)packed.Varint());
        }
    }

    /// <summary>Passes over the value.</summary>
    public void Skip()
    {
        if (Wire == ProtobufWire.Bytes)
        {
            _ = Range();
        }
        else
        {
            _ = Number();
        }
    }

    private readonly InvalidDataException Unexpected(string wanted) =>
        new($"field {Field} before byte {_at} is {Wire}, but {wanted} is wanted");

    private ulong Varint()
    {
        var value = 0ul;
        for (var i = 0; i < MaxVarintBytes; i++)
        {
            var part = Take(1)[0];
            value |= (ulong)(part & 0x7f) << (7 * i);
            if (part < 0x80)
            {
                return value;
            }
        }

        throw new InvalidDataException($"the number before byte {_at} has no end");
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count > _end - _at)
        {
            throw new InvalidDataException($"it ends at byte {_at} within a value");
        }

        var bytes = _file.Slice(_at, count);
        _at += count;
        return bytes;
    }
}

/// <summary>How protobuf writes a value.</summary>
internal enum ProtobufWire
{
    /// <summary>Seven bits a byte.</summary>
    Varint = 0,

    /// <summary>Eight bytes.</summary>
    Fixed64 = 1,

    /// <summary>A length, and as many bytes.</summary>
    Bytes = 2,

    /// <summary>Four bytes.</summary>
    Fixed32 = 5,
}

/// <summary>A part of a file.</summary>
/// <param name="Start">Its first byte.</param>
/// <param name="End">The byte behind its last.</param>
internal readonly record struct ByteRange(int Start, int End)
{
    /// <summary>How many bytes.</summary>
    public int Length => End - Start;

    /// <summary>The same, to slice with.</summary>
    public Range AsRange => Start..End;
}
