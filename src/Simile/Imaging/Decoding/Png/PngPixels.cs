using System.IO.Compression;

namespace Simile.Imaging.Decoding.Png;

/// <summary>Decodes the pixels.</summary>
internal sealed class PngPixels
{
    private const int BufferBytes = 128 << 10;
    private const int RowsBetweenChecks = 16;
    private readonly PixelFormat _format;
    private readonly Region _region;
    private readonly RgbImage _image;
    private readonly RowConverter _converter;
    private readonly DecodeBudget _budget;
    private readonly bool _interlaced;

    public PngPixels(PngFacts facts, DecodeBudget budget)
    {
        _format = facts.Format ?? throw ImageErrors.Damaged("it has no header, or one with an unknown kind of pixels");
        budget.CheckSize(facts.Width, facts.Height);
        _region = facts.Animation.Frame ?? new Region(0, 0, facts.Width, facts.Height);
        // Pillow takes no notice of where an interlaced frame lies.
        _region = facts.Interlaced ? _region with { X = 0, Y = 0 } : _region;
        if (
            _region.Width == 0
            || _region.Height == 0
            || _region.X + _region.Width > facts.Width
            || _region.Y + _region.Height > facts.Height
        )
        {
            throw ImageErrors.Damaged("the first frame of its animation is empty or lies outside");
        }
        (_budget, _interlaced) = (budget, facts.Interlaced);
        _image = Canvas.Take(facts.Width, facts.Height, (2 * _format.RowBytes(_region.Width)) + (3 * _region.Width) + BufferBytes, budget);
        _converter = new RowConverter(_format, facts.Palette);
        if (_interlaced || facts.Animation.Frame is not null)
        {
            Canvas.Fill(_image.Writable, _converter.Missing);
        }
    }

    /// <summary>How many parts of the file the pixels took.</summary>
    public int PartsRead { get; private set; }

    /// <summary>The picture.</summary>
    /// <param name="file">The file.</param>
    /// <param name="parts">Where in it the compressed pixels lie.</param>
    public unsafe RgbImage Decode(ReadOnlySpan<byte> file, IReadOnlyList<Range> parts)
    {
        fixed (byte* bytes = file)
        {
            using DataStream stream = new(bytes, parts);
            using InflatedRows inflated = new(stream, Needed());
            UnfilteredRows rows = new(inflated, _format, (int)_format.RowBytes(_region.Width));
            if (_interlaced)
            {
                DecodePasses(rows);
            }
            else
            {
                DecodeRows(rows);
            }
            PartsRead = stream.PartsRead;
        }
        return _image;
    }

    private long Needed() =>
        _interlaced
            ? Adam7.Passes.Sum(pass => pass.Rows(_region.Width, _region.Height) * (1 + _format.RowBytes(pass.Columns(_region.Width))))
            : _region.Height * (1 + _format.RowBytes(_region.Width));

    private void DecodeRows(UnfilteredRows rows)
    {
        int length = (int)_format.RowBytes(_region.Width);
        for (int y = 0; y < _region.Height; y++)
        {
            CheckTime(y);
            Span<byte> target = Row(y + (int)_region.Y).Slice((int)_region.X * 3, (int)_region.Width * 3);
            if (!rows.TryNext(length, out ReadOnlySpan<byte> row))
            {
                RequireAny(y);
                Canvas.Fill(_image.Writable[((y + (int)_region.Y) * _image.Width * 3)..], _converter.Missing);
                return;
            }
            _converter.Convert(row, target);
        }
    }

    private void DecodePasses(UnfilteredRows rows)
    {
        byte[] pixels = new byte[_region.Width * 3];
        foreach (Adam7 pass in Adam7.Passes)
        {
            rows.Begin();
            if (!DecodePass(pass, rows, pixels))
            {
                return;
            }
        }
    }

    private bool DecodePass(Adam7 pass, UnfilteredRows rows, Span<byte> pixels)
    {
        pixels = pixels[..(pass.Columns(_region.Width) * 3)];
        int length = (int)_format.RowBytes(pass.Columns(_region.Width));
        int count = pass.Rows(_region.Width, _region.Height);
        for (int y = 0; y < count; y++)
        {
            CheckTime(y);
            if (!rows.TryNext(length, out ReadOnlySpan<byte> row))
            {
                RequireAny(y + pass.FirstX + pass.FirstY);
                return false;
            }
            _converter.Convert(row, pixels);
            pass.Scatter(pixels, Row(pass.FirstY + (y * pass.StepY)));
        }
        return true;
    }

    private Span<byte> Row(int y) => _image.Writable.Slice(y * _image.Width * 3, _image.Width * 3);

    private void CheckTime(int y)
    {
        if (y % RowsBetweenChecks == 0)
        {
            _budget.CheckTime();
        }
    }

    // Data that end between two rows leave the rest black, as in Pillow; but no data at all are no picture.
    private static void RequireAny(int rows)
    {
        if (rows == 0)
        {
            throw ImageErrors.Damaged("it holds no pixels");
        }
    }
}

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

/// <summary>Rows of stored pixels, inflated and with their filters undone.</summary>
internal sealed class UnfilteredRows(InflatedRows rows, PixelFormat format, int longest)
{
    private byte[] _row = new byte[1 + longest + RowFilters.Padding];
    private byte[] _above = new byte[1 + longest + RowFilters.Padding];

    /// <summary>Begins a picture, or a pass of an interlaced one: nothing stands above the next row.</summary>
    public void Begin() => Array.Clear(_above);

    /// <summary>The next row, valid until the one after it; false where the data end.</summary>
    public bool TryNext(int length, out ReadOnlySpan<byte> row)
    {
        row = default;
        if (!rows.TryRead(_row.AsSpan(0, 1 + length)))
        {
            return false;
        }
        RowFilters.Undo(_row[0], _row.AsSpan(1), _above.AsSpan(1), length, format.FilterDistance);
        row = _row.AsSpan(1, length);
        (_row, _above) = (_above, _row);
        return true;
    }
}

/// <summary>A pass of an interlaced picture: every so many columns and rows from a first one on (PNG, third edition, 8.1).</summary>
internal readonly record struct Adam7(int FirstX, int FirstY, int StepX, int StepY)
{
    public static readonly Adam7[] Passes =
    [
        new(0, 0, 8, 8),
        new(4, 0, 8, 8),
        new(0, 4, 4, 8),
        new(2, 0, 4, 4),
        new(0, 2, 2, 4),
        new(1, 0, 2, 2),
        new(0, 1, 1, 2),
    ];

    /// <summary>Columns of the pass.</summary>
    public int Columns(long width) => (int)((width - FirstX + StepX - 1) / StepX);

    /// <summary>Rows of the pass; none where it has no columns.</summary>
    public int Rows(long width, long height) => Columns(width) == 0 ? 0 : (int)((height - FirstY + StepY - 1) / StepY);

    /// <summary>Puts a row's pixels where they belong.</summary>
    public void Scatter(ReadOnlySpan<byte> pixels, Span<byte> row)
    {
        for (int from = 0, to = FirstX * 3; from < pixels.Length; from += 3, to += StepX * 3)
        {
            pixels.Slice(from, 3).CopyTo(row[to..]);
        }
    }
}

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
