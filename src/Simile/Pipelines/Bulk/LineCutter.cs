namespace Simile.Pipelines.Bulk;

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
