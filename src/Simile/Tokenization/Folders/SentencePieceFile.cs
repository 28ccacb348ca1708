using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace Simile.Tokenization.Folders;

/// <summary>What a piece of a SentencePiece model is.</summary>
internal enum SentencePieceType
{
    Normal = 1,
    Unknown = 2,
    Control = 3,
    UserDefined = 4,
    Unused = 5,
    Byte = 6,
}

/// <summary>An entry of a SentencePiece model.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct SentencePiece(string Text, float Score, SentencePieceType Type);

/// <summary>A SentencePiece model file (sentencepiece_model.proto), as far as tokenizing needs it.</summary>
internal sealed class SentencePieceFile
{
    private SentencePieceFile() { }

    public List<SentencePiece> Pieces { get; } = [];

    /// <summary>Byte pair encoding; otherwise unigram.</summary>
    public bool IsBytePair { get; private set; }

    public bool ByteFallback { get; private set; }

    public byte[] CharacterMap { get; private set; } = [];

    public bool AddsPrefixSpace { get; private set; } = true;

    public static SentencePieceFile Parse(ReadOnlySpan<byte> bytes)
    {
        var file = new SentencePieceFile();
        var message = new ProtobufReader(bytes);
        while (message.TryRead(out var field))
        {
            switch (field.Number)
            {
                case 1:
                    file.Pieces.Add(ParsePiece(field.Bytes));
                    break;
                case 2:
                    file.ReadTraining(field.Bytes);
                    break;
                case 3:
                    file.ReadNormalization(field.Bytes);
                    break;
            }
        }

        return file.Pieces.Count > 0 ? file : throw new FormatException("the SentencePiece model has no pieces");
    }

    private static SentencePiece ParsePiece(ReadOnlySpan<byte> bytes)
    {
        var (text, score, type) = (string.Empty, 0f, SentencePieceType.Normal);
        var message = new ProtobufReader(bytes);
        while (message.TryRead(out var field))
        {
            switch (field.Number)
            {
                case 1:
                    text = Encoding.UTF8.GetString(field.Bytes);
                    break;
                case 2:
                    score = BitConverter.Int32BitsToSingle((int)field.Value);
                    break;
                case 3:
                    type = (SentencePieceType)field.Value;
                    break;
            }
        }

        return new SentencePiece(text, score, type);
    }

    private void ReadTraining(ReadOnlySpan<byte> bytes)
    {
        var message = new ProtobufReader(bytes);
        while (message.TryRead(out var field))
        {
            switch (field.Number)
            {
                case 3 when field.Value is 1 or 2:
                    IsBytePair = field.Value == 2;
                    break;
                case 3:
                    throw new SimileException(
                        ErrorCode.UnsupportedTokenizer,
                        $"The SentencePiece model is of type {field.Value}; expected 1 (unigram) or 2 (BPE)."
                    );
                case 35:
                    ByteFallback = field.Value != 0;
                    break;
            }
        }
    }

    private void ReadNormalization(ReadOnlySpan<byte> bytes)
    {
        var message = new ProtobufReader(bytes);
        while (message.TryRead(out var field))
        {
            switch (field.Number)
            {
                case 2:
                    CharacterMap = field.Bytes.ToArray();
                    break;
                case 3:
                    AddsPrefixSpace = field.Value != 0;
                    break;
            }
        }
    }
}

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
