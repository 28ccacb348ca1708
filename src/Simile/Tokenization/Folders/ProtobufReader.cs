using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Simile.Tokenization.Folders;

/// <summary>A field of a protobuf message: a number, or bytes.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly ref struct ProtobufField(int number, ulong value, ReadOnlySpan<byte> bytes)
{
    public int Number => number;

    public ulong Value => value;

    public ReadOnlySpan<byte> Bytes { get; } = bytes;
}

/// <summary>Walks over the fields of a protobuf message.</summary>
[StructLayout(LayoutKind.Auto)]
internal ref struct ProtobufReader(ReadOnlySpan<byte> message)
{
    private ReadOnlySpan<byte> _rest = message;

    public bool TryRead(out ProtobufField field)
    {
        field = default;
        if (_rest.IsEmpty)
        {
            return false;
        }

        var tag = ReadNumber();
        var number = (int)(tag >> 3);
        field = (tag & 7) switch
        {
            0 => new ProtobufField(number, ReadNumber(), []),
            1 => new ProtobufField(number, BinaryPrimitives.ReadUInt64LittleEndian(Take(8)), []),
            2 => new ProtobufField(number, 0, Take(ReadNumber())),
            5 => new ProtobufField(number, BinaryPrimitives.ReadUInt32LittleEndian(Take(4)), []),
            var kind => throw new FormatException($"a protobuf field is of kind {kind}; expected 0, 1, 2 or 5"),
        };
        return true;
    }

    private ulong ReadNumber()
    {
        var value = 0UL;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var next = Take(1)[0];
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }

        throw new FormatException("a protobuf number is longer than 64 bits");
    }

    private ReadOnlySpan<byte> Take(ulong count)
    {
        if (count > (ulong)_rest.Length)
        {
            throw new FormatException($"a protobuf field of {count} bytes is cut off after {_rest.Length}");
        }

        var taken = _rest[..(int)count];
        _rest = _rest[(int)count..];
        return taken;
    }
}
