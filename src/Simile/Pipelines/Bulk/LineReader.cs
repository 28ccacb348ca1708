using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Simile.Engine.Files;

namespace Simile.Pipelines.Bulk;

/// <summary>Reads the lines of a file in blocks, knowing at the end of each how many bytes were read and what they were.</summary>
/// <param name="path">The file: UTF-8, lines that end in \n, \r\n or \r.</param>
/// <param name="text">Makes texts of lines.</param>
/// <param name="size">Lines a block.</param>
internal sealed class LineReader(string path, LineText text, BlockSize size)
{
    private const int BufferBytes = 1 << 16;
    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    /// <summary>The first line without the mark of its encoding.</summary>
    public static ReadOnlyMemory<byte> WithoutByteOrderMark(ReadOnlyMemory<byte> line) =>
        line.Span.StartsWith(ByteOrderMark) ? line[ByteOrderMark.Length..] : line;

    /// <summary>The blocks after a position.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.ResumeMismatch"/> when what was read up to there is no longer what the file
    /// holds.</exception>
    public async IAsyncEnumerable<LineBlock> ReadAsync(
        BulkPosition from,
        [EnumeratorCancellation] CancellationToken cancellationToken = default
    )
    {
        var stream = RegularFile.Open(
            path,
            new FileStreamOptions
            {
                Share = FileShare.ReadWrite,
                BufferSize = 1,
                Options = FileOptions.SequentialScan,
            }
        );
        await using var closing = stream.ConfigureAwait(false);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await SkipAsync(stream, from, hash, cancellationToken).ConfigureAwait(false);
        var lines = new LineCutter(stream, BufferBytes);
        var (block, row) = (new List<BulkLine>(), from.Rows);
        while (await lines.NextAsync(cancellationToken).ConfigureAwait(false))
        {
            hash.AppendData(lines.Raw.Span);
            var content = row == 0 ? WithoutByteOrderMark(lines.Line) : lines.Line;
            block.Add(text.Read(content, ++row));
            if (block.Count >= size.Lines)
            {
                yield return new LineBlock(block, from.Bytes + lines.BytesRead, Convert.ToHexStringLower(hash.GetCurrentHash()));
                block = new List<BulkLine>();
            }
        }

        if (block.Count > 0)
        {
            yield return new LineBlock(block, from.Bytes + lines.BytesRead, Convert.ToHexStringLower(hash.GetCurrentHash()));
        }
    }

    private async Task SkipAsync(FileStream stream, BulkPosition from, IncrementalHash hash, CancellationToken cancellationToken)
    {
        var buffer = new byte[BufferBytes];
        var left = from.Bytes;
        while (left > 0)
        {
            var read = await stream
                .ReadAsync(buffer.AsMemory(0, (int)Math.Min(left, buffer.Length)), cancellationToken)
                .ConfigureAwait(false);
            if (read == 0)
            {
                throw PipelineErrors.AnotherInput(path, $"{from.Bytes} bytes of it were embedded, but now it has {stream.Length}");
            }

            hash.AppendData(buffer, 0, read);
            left -= read;
            if (left == 0 && buffer[read - 1] is not ((byte)'\n' or (byte)'\r') && stream.Position < stream.Length)
            {
                throw PipelineErrors.AnotherInput(path, "its last line was embedded before it was whole");
            }
        }

        if (!string.Equals(Convert.ToHexStringLower(hash.GetCurrentHash()), from.Digest, StringComparison.Ordinal))
        {
            throw PipelineErrors.AnotherInput(path, $"its first {from.Rows} lines are not those that were embedded");
        }
    }
}

/// <summary>Cuts a stream of bytes at its line ends: \n, \r\n and \r, as all readers of lines do here.</summary>
internal sealed class LineCutter(Stream stream, int bufferBytes)
{
    private byte[] _buffer = new byte[bufferBytes];
    private int _start;
    private int _end;
    private bool _ended;

    /// <summary>The line, without what ends it. Valid until the next.</summary>
    public ReadOnlyMemory<byte> Line { get; private set; }

    /// <summary>The line with what ends it.</summary>
    public ReadOnlyMemory<byte> Raw { get; private set; }

    /// <summary>Bytes up to the end of the line.</summary>
    public long BytesRead { get; private set; }

    /// <summary>Goes to the next line.</summary>
    /// <returns>False when there is none.</returns>
    public async ValueTask<bool> NextAsync(CancellationToken cancellationToken)
    {
        var searched = 0;
        while (true)
        {
            var end = _buffer.AsSpan(_start + searched, _end - _start - searched).IndexOfAny((byte)'\n', (byte)'\r');
            if (end >= 0 && LengthOfEnd(_start + searched + end) is > 0 and var length)
            {
                Take(searched + end + length);
                return true;
            }

            searched = end >= 0 ? searched + end : _end - _start;
            if (_ended)
            {
                var rest = _end - _start;
                Take(rest);
                return rest > 0;
            }

            await FillAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    // 0 where a carriage return is the last that was read: a line feed may follow.
    private int LengthOfEnd(int at) =>
        _buffer[at] == '\n' ? 1
        : at + 1 < _end
            ? _buffer[at + 1] == '\n' ? 2
                : 1
        : _ended ? 1
        : 0;

    private void Take(int length)
    {
        Raw = _buffer.AsMemory(_start, length);
        var ends =
            Raw.Span is [.., (byte)'\r', (byte)'\n'] ? 2
            : Raw.Span is [.., (byte)'\r' or (byte)'\n'] ? 1
            : 0;
        Line = Raw[..^ends];
        _start += length;
        BytesRead += length;
    }

    private async ValueTask FillAsync(CancellationToken cancellationToken)
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }

        if (_end == _buffer.Length)
        {
            Array.Resize(ref _buffer, checked(_buffer.Length * 2));
        }

        var read = await stream.ReadAsync(_buffer.AsMemory(_end), cancellationToken).ConfigureAwait(false);
        _end += read;
        _ended = read == 0;
    }
}

/// <summary>A line of the input: its text, or why there is none.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct BulkLine(string Text, SimileException? Error = null)
{
    /// <summary>The id that the line gives itself, or null.</summary>
    public string? Id { get; init; }
}

/// <summary>Lines that are embedded together.</summary>
/// <param name="Lines">The lines.</param>
/// <param name="EndBytes">Bytes of the input up to their end.</param>
/// <param name="EndDigest">The digest of these bytes.</param>
internal sealed record LineBlock(IReadOnlyList<BulkLine> Lines, long EndBytes, string EndDigest);

/// <summary>Makes a text of a line's bytes.</summary>
/// <param name="jsonField">The field of a JSON object that holds the text; null when the line itself is the text.</param>
internal sealed class LineText(string? jsonField)
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public BulkLine Read(ReadOnlyMemory<byte> line, long number)
    {
        try
        {
            return jsonField is null ? new BulkLine(Utf8.GetString(line.Span)) : Field(line, jsonField, number);
        }
        catch (DecoderFallbackException error)
        {
            return new BulkLine(
                string.Empty,
                new SimileException(ErrorCode.InvalidUnicode, $"Line {number} is no valid UTF-8. Save the file as UTF-8.", error)
            );
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return new BulkLine(
                string.Empty,
                new SimileException(ErrorCode.UnreadableDocument, $"Line {number} is no JSON object with a field '{jsonField}'.", error)
            );
        }
    }

    // A line whose text is wrong may still say which one it is.
    private static BulkLine Field(ReadOnlyMemory<byte> line, string name, long number)
    {
        using var document = JsonRow.Parse(line);
        var id = IdOf(document.RootElement);
        return document.RootElement.TryGetProperty(name, out var text) && text.ValueKind == JsonValueKind.String
            ? new BulkLine(text.GetString()!) { Id = id }
            : new BulkLine(
                string.Empty,
                new SimileException(ErrorCode.UnreadableDocument, $"Line {number} has no text in a field '{name}'.")
            )
            {
                Id = id,
            };
    }

    private static string? IdOf(JsonElement row)
    {
        foreach (var name in (ReadOnlySpan<string>)["id", "_id"])
        {
            if (row.TryGetProperty(name, out var id) && id.ValueKind is JsonValueKind.String or JsonValueKind.Number)
            {
                return id.ToString();
            }
        }

        return null;
    }
}
