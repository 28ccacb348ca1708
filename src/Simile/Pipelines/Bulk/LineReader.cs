using System.Runtime.CompilerServices;
using System.Security.Cryptography;
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
