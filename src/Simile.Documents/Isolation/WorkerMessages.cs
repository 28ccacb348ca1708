using System.Text;
using Simile.Ingestion;

namespace Simile.Documents.Isolation;

/// <summary>What a process that reads documents is asked and answers, as .NET's binary writer writes it.</summary>
internal static class WorkerMessages
{
    /// <summary>What a process says first, when it is ready.</summary>
    public const byte Ready = 0x53;

    /// <summary>A document that is to be read.</summary>
    public static byte[] Request(string path, byte[] bytes, DocumentLimits limits)
    {
        using var message = new MemoryStream();
        using var writer = new BinaryWriter(message, Encoding.UTF8);
        writer.Write(path);
        writer.Write(limits.MaxTime.Ticks);
        writer.Write(limits.MaxPages);
        writer.Write(limits.MaxExpanded);
        writer.Write(limits.MaxRatio);
        writer.Write(limits.MaxDepth);
        writer.Write(limits.MaxCharacters);
        writer.Write(limits.MaxMemory);
        writer.Write(bytes.Length);
        writer.Write(bytes);
        return message.ToArray();
    }

    /// <summary>The next request; null when there are no more.</summary>
    public static (string Path, byte[] Bytes, DocumentLimits Limits)? ReadRequest(Stream input)
    {
        if (ReadMessage(input) is not { } bytes)
        {
            return null;
        }

        using var reader = new BinaryReader(new MemoryStream(bytes), Encoding.UTF8);
        var path = reader.ReadString();
        var limits = new DocumentLimits
        {
            MaxTime = TimeSpan.FromTicks(reader.ReadInt64()),
            MaxPages = reader.ReadInt32(),
            MaxExpanded = reader.ReadInt64(),
            MaxRatio = reader.ReadInt32(),
            MaxDepth = reader.ReadInt32(),
            MaxCharacters = reader.ReadInt32(),
            MaxMemory = reader.ReadInt64(),
        };
        return (path, reader.ReadBytes(reader.ReadInt32()), limits);
    }

    /// <summary>What a document holds, or why it cannot be read.</summary>
    public static byte[] Answer(WorkerAnswer answer)
    {
        using var message = new MemoryStream();
        using var writer = new BinaryWriter(message, Encoding.UTF8);
        Write(writer, answer.Error is null ? [] : [answer.Error]);
        Write(writer, answer.Problems);
        writer.Write(answer.Notes.Count);
        foreach (var note in answer.Notes)
        {
            writer.Write(note);
        }

        writer.Write(answer.Blocks.Count);
        foreach (var block in answer.Blocks)
        {
            writer.Write(block.Text);
            writer.Write(block.StartLine);
            writer.Write(block.EndLine ?? -1);
            writer.Write(block.Heading);
            writer.Write(block.IsCode);
            writer.Write(block.Place);
        }

        return message.ToArray();
    }

    /// <summary>The answer in a message.</summary>
    /// <exception cref="IOException">It is none.</exception>
    public static WorkerAnswer ReadAnswer(byte[] message)
    {
        using var reader = new BinaryReader(new MemoryStream(message), Encoding.UTF8);
        var errors = ReadErrors(reader);
        var problems = ReadErrors(reader);
        var notes = new List<string>();
        for (var left = reader.ReadInt32(); left > 0; left--)
        {
            notes.Add(reader.ReadString());
        }

        var blocks = new List<TextBlock>();
        for (var left = reader.ReadInt32(); left > 0; left--)
        {
            var (text, start, end) = (reader.ReadString(), reader.ReadInt32(), reader.ReadInt32());
            blocks.Add(
                new TextBlock(text, start, reader.ReadString(), reader.ReadBoolean(), end < 0 ? null : end) { Place = reader.ReadString() }
            );
        }

        return new WorkerAnswer(blocks, problems, notes, errors.FirstOrDefault());
    }

    /// <summary>Writes a message behind its length.</summary>
    public static void WriteMessage(Stream output, byte[] message)
    {
        output.Write(BitConverter.GetBytes(message.Length));
        output.Write(message);
        output.Flush();
    }

    /// <summary>The next message; null at the end.</summary>
    public static byte[]? ReadMessage(Stream input)
    {
        var head = new byte[sizeof(int)];
        if (input.ReadAtLeast(head, head.Length, throwOnEndOfStream: false) < head.Length)
        {
            return null;
        }

        var message = new byte[BitConverter.ToInt32(head)];
        return input.ReadAtLeast(message, message.Length, throwOnEndOfStream: false) < message.Length ? null : message;
    }

    private static void Write(BinaryWriter writer, IReadOnlyCollection<SimileException> errors)
    {
        writer.Write(errors.Count);
        foreach (var error in errors)
        {
            writer.Write(error.Code);
            writer.Write(error.Description);
        }
    }

    private static List<SimileException> ReadErrors(BinaryReader reader)
    {
        var errors = new List<SimileException>();
        for (var left = reader.ReadInt32(); left > 0; left--)
        {
            errors.Add(new SimileException(reader.ReadString(), reader.ReadString()));
        }

        return errors;
    }
}

/// <summary>What a process read of a document.</summary>
internal sealed record WorkerAnswer(
    IReadOnlyList<TextBlock> Blocks,
    IReadOnlyList<SimileException> Problems,
    IReadOnlyList<string> Notes,
    SimileException? Error
);
