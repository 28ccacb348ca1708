namespace Simile.Imaging.Decoding.WebP;

/// <summary>Reads the chunks of a file and refuses those files that libwebp's demultiplexer refuses.</summary>
internal ref struct ContainerReader
{
    private const int AnimationFlag = 0x02,
        ExifFlag = 0x08,
        AlphaFlag = 0x10,
        UnknownFlags = 0xc1;
    private ChunkReader _chunks;
    private int _flags,
        _width,
        _height;
    private bool _hasAnimationChunk;
    private WebPFrame? _first;
    private Range? _exif;

    private ContainerReader(ReadOnlySpan<byte> file) => _chunks = new ChunkReader(file);

    private readonly bool IsAnimation => (_flags & AnimationFlag) != 0;

    /// <summary>Reads a whole file.</summary>
    public static WebPFile Read(ReadOnlySpan<byte> file) => new ContainerReader(file).Read();

    private WebPFile Read()
    {
        var (name, size, padded) = _chunks.Header();
        if (name == FourCc.Extended)
        {
            Extended(size, padded);
        }
        else if (name is FourCc.Lossy or FourCc.Lossless)
        {
            _chunks.BackToHeader();
            _first = FrameReader.Read(ref _chunks, new WebPFrame()) with { Alpha = null };
            (_width, _height) = (_first.Width, _first.Height);
            CheckTail();
        }

        return new WebPFile(_width, _height, _first ?? throw ImageErrors.Damaged("it holds no picture"), _exif ?? default);
    }

    private void Extended(int size, int padded)
    {
        const int HeaderBytes = 10;
        if (size != HeaderBytes)
        {
            throw ImageErrors.Damaged($"its VP8X chunk has {size} bytes, not {HeaderBytes}");
        }

        _flags = _chunks.Byte();
        _chunks.Skip(3);
        (_width, _height) = (_chunks.UInt24() + 1, _chunks.UInt24() + 1);
        _chunks.Skip(padded - HeaderBytes);
        if ((_flags & UnknownFlags) != 0 || (long)_width * _height > uint.MaxValue - 1)
        {
            throw ImageErrors.Damaged($"its VP8X chunk makes no sense (flags {_flags}, {_width} × {_height})");
        }

        do
        {
            Chunk();
        } while (_chunks.Remaining > 0);
    }

    private void Chunk()
    {
        var (name, size, padded) = _chunks.Header();
        switch (name)
        {
            case FourCc.Extended:
                throw ImageErrors.Damaged("it has two VP8X chunks");
            case FourCc.Alpha or FourCc.Lossy or FourCc.Lossless:
                Still();
                break;
            case FourCc.Animation when !_hasAnimationChunk:
                _hasAnimationChunk = size > 4 ? true : throw ImageErrors.Damaged("its ANIM chunk is too short");
                _chunks.Skip(padded);
                break;
            case FourCc.AnimationFrame:
                Animated(padded);
                break;
            default:
                KeepExif(name, size);
                _chunks.Skip(padded);
                break;
        }

        CheckTail();
    }

    private void KeepExif(uint name, int size)
    {
        if (name == FourCc.Exif && (_flags & ExifFlag) != 0)
        {
            _exif ??= _chunks.Position..(_chunks.Position + size);
        }
    }

    private void Still()
    {
        if (_hasAnimationChunk || IsAnimation || _first is not null)
        {
            throw ImageErrors.Damaged("a picture lies outside the animation's frames, or there are two");
        }

        _chunks.BackToHeader();
        var frame = FrameReader.Read(ref _chunks, new WebPFrame());
        if (!frame.HasImage || frame.Width != _width || frame.Height != _height)
        {
            throw ImageErrors.Damaged($"its picture has {frame.Width} × {frame.Height} pixels, its canvas {_width} × {_height}");
        }

        _first = (_flags & AlphaFlag) != 0 ? Ordered(frame) : frame with { Alpha = null };
    }

    private void Animated(int padded)
    {
        const int HeaderBytes = 16;
        if (!_hasAnimationChunk || padded < HeaderBytes)
        {
            throw ImageErrors.Damaged("an ANMF chunk comes before ANIM, or is too short");
        }

        var end = _chunks.Position + padded;
        var place = new WebPFrame { X = 2 * _chunks.UInt24(), Y = 2 * _chunks.UInt24() };
        _chunks.Skip(HeaderBytes - 6);
        var frame = FrameReader.Read(ref _chunks, place);
        if (_chunks.Position > end)
        {
            throw ImageErrors.Damaged("a chunk is longer than the ANMF chunk around it");
        }

        if (IsAnimation && (frame.HasImage || frame.Alpha is not null))
        {
            CheckPlace(Ordered(frame));
            _first ??= frame;
        }
    }

    private static WebPFrame Ordered(WebPFrame frame) =>
        frame.Alpha?.Start.Value > frame.Image.Start.Value ? throw ImageErrors.Damaged("an ALPH chunk comes behind its picture") : frame;

    private readonly void CheckPlace(WebPFrame frame)
    {
        if (!frame.HasImage || (long)frame.X + frame.Width > _width || (long)frame.Y + frame.Height > _height)
        {
            throw ImageErrors.Damaged(
                $"a frame of {frame.Width} × {frame.Height} pixels at ({frame.X}, {frame.Y}) does not fit the canvas of {_width} × "
                    + $"{_height}"
            );
        }
    }

    private readonly void CheckTail()
    {
        if (_chunks.Remaining is > 0 and < ChunkReader.HeaderBytes)
        {
            throw ImageErrors.Damaged($"{_chunks.Remaining} bytes are left behind its last chunk");
        }
    }
}
