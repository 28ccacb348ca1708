namespace Simile.Imaging.Decoding.Png;

/// <summary>The data of consecutive chunks as one stream. Asking for more than there is means that the file is truncated.</summary>
internal sealed unsafe class DataStream(byte* file, IReadOnlyList<Range> parts) : Stream
{
    private int _part;
    private int _read;

    /// <summary>How many parts were read from, wholly or not.</summary>
    public int PartsRead => Math.Min(_part + 1, parts.Count);

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(Span<byte> buffer)
    {
        for (; _part < parts.Count; _part++, _read = 0)
        {
            (int start, int end) = (parts[_part].Start.Value + _read, parts[_part].End.Value);
            if (start < end)
            {
                int count = Math.Min(buffer.Length, end - start);
                new ReadOnlySpan<byte>(file + start, count).CopyTo(buffer);
                _read += count;
                return count;
            }
        }
        throw ImageErrors.Damaged("its pixels end too early");
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Flush() { }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
