namespace Simile.Pipelines.Bulk;

/// <summary>Cuts a stream of bytes at its line feeds.</summary>
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
        for (var searched = 0; ;)
        {
            var feed = _buffer.AsSpan(_start + searched, _end - _start - searched).IndexOf((byte)'\n');
            if (feed >= 0)
            {
                Take(searched + feed + 1);
                return true;
            }

            searched = _end - _start;
            if (_ended)
            {
                Take(searched);
                return searched > 0;
            }

            await FillAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private void Take(int length)
    {
        Raw = _buffer.AsMemory(_start, length);
        Line = Raw.TrimEnd((byte)'\n').TrimEnd((byte)'\r');
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
