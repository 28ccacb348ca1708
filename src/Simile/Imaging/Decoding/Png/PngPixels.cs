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
