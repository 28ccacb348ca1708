using System.IO.Compression;

namespace Simile.Imaging.Decoding.Png;

/// <summary>Inflates row by row, never more than the picture needs.</summary>
internal sealed class InflatedRows(Stream compressed, long needed) : IDisposable
{
    private readonly ZLibStream _inflater = new(compressed, CompressionMode.Decompress);
    private readonly byte[] _ahead = new byte[(int)Math.Min(needed, 32 << 10)];
    private long _left = needed;
    private int _start;
    private int _end;

    /// <summary>The next row; false where the compressed stream ended before it, which Pillow shows as black.</summary>
    public bool TryRead(Span<byte> row)
    {
        int count = 0;
        while (count < row.Length)
        {
            if (_start == _end && !Refill())
            {
                return count == 0 ? false : throw ImageErrors.Damaged("its pixels end within a row");
            }
            int part = Math.Min(row.Length - count, _end - _start);
            _ahead.AsSpan(_start, part).CopyTo(row[count..]);
            (count, _start) = (count + part, _start + part);
        }
        return true;
    }

    public void Dispose() => _inflater.Dispose();

    private bool Refill()
    {
        try
        {
            (_start, _end) = (0, _inflater.Read(_ahead, 0, (int)Math.Min(_ahead.Length, _left)));
        }
        catch (Exception error) when (error is InvalidDataException or IOException)
        {
            throw ImageErrors.Damaged("its pixels cannot be inflated", error);
        }
        _left -= _end;
        return _end > 0;
    }
}
