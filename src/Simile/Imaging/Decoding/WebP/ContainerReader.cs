using System.Buffers.Binary;

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

/// <summary>A place in a RIFF file that moves from chunk to chunk and never past the end that the file declares.</summary>
internal ref struct ChunkReader
{
    public const int HeaderBytes = 8;
    private const uint LargestPayload = uint.MaxValue - HeaderBytes - 1;
    private readonly ReadOnlySpan<byte> _file;

    /// <summary>Takes the file behind "RIFF", its size and "WEBP".</summary>
    public ChunkReader(ReadOnlySpan<byte> file)
    {
        var size = file.Length < 12 ? 0 : BinaryPrimitives.ReadUInt32LittleEndian(file[4..]);
        if (size < HeaderBytes || size > LargestPayload || (long)size + HeaderBytes > file.Length)
        {
            throw ImageErrors.Damaged($"it declares {size} bytes and has {file.Length - HeaderBytes}");
        }

        _file = file[..(int)(size + HeaderBytes)];
        Position = 12;
    }

    /// <summary>The byte that is read next.</summary>
    public int Position { get; private set; }

    public readonly int Remaining => _file.Length - Position;

    public readonly ReadOnlySpan<byte> Rest => _file[Position..];

    /// <summary>Reads a chunk's name and size.</summary>
    /// <returns>The name, the size, and the size rounded up to an even number; all its bytes are there.</returns>
    public (uint Name, int Size, int Padded) Header()
    {
        Require(HeaderBytes);
        var name = BinaryPrimitives.ReadUInt32LittleEndian(Rest);
        var size = BinaryPrimitives.ReadUInt32LittleEndian(Rest[4..]);
        Position += HeaderBytes;
        var padded = (long)size + (size & 1);
        if (padded > Remaining)
        {
            throw ImageErrors.Damaged($"a chunk declares {size} bytes where {Remaining} are left");
        }

        return (name, (int)size, (int)padded);
    }

    /// <summary>Goes back to before a header just read.</summary>
    public void BackToHeader() => Position -= HeaderBytes;

    public void Skip(int bytes)
    {
        Require(bytes);
        Position += bytes;
    }

    public int Byte()
    {
        Require(1);
        return _file[Position++];
    }

    public int UInt24()
    {
        Require(3);
        var value = _file[Position] | (_file[Position + 1] << 8) | (_file[Position + 2] << 16);
        Position += 3;
        return value;
    }

    private readonly void Require(int bytes)
    {
        if (Remaining < bytes)
        {
            throw ImageErrors.Damaged("it ends within a chunk");
        }
    }
}

/// <summary>The names of RIFF chunks as little-endian numbers.</summary>
internal static class FourCc
{
    public const uint Riff = 'R' | ('I' << 8) | ('F' << 16) | ((uint)'F' << 24);
    public const uint WebP = 'W' | ('E' << 8) | ('B' << 16) | ((uint)'P' << 24);
    public const uint Lossy = 'V' | ('P' << 8) | ('8' << 16) | ((uint)' ' << 24);
    public const uint Lossless = 'V' | ('P' << 8) | ('8' << 16) | ((uint)'L' << 24);
    public const uint Extended = 'V' | ('P' << 8) | ('8' << 16) | ((uint)'X' << 24);
    public const uint Alpha = 'A' | ('L' << 8) | ('P' << 16) | ((uint)'H' << 24);
    public const uint Animation = 'A' | ('N' << 8) | ('I' << 16) | ((uint)'M' << 24);
    public const uint AnimationFrame = 'A' | ('N' << 8) | ('M' << 16) | ((uint)'F' << 24);
    public const uint Exif = 'E' | ('X' << 8) | ('I' << 16) | ((uint)'F' << 24);
}

/// <summary>Gathers the chunks of one picture: ALPH and VP8, or VP8L (WebP container, "ANMF" and "simple file format"), where libwebp's
/// demultiplexer does.</summary>
internal static class FrameReader
{
    /// <summary>Reads chunks until one that is not of the picture.</summary>
    public static WebPFrame Read(ref ChunkReader chunks, WebPFrame frame)
    {
        while (true)
        {
            var (name, size, padded) = chunks.Header();
            var payload = chunks.Position..(chunks.Position + size);
            if (name == FourCc.Alpha && frame.Alpha is null)
            {
                frame = frame with { Alpha = payload };
            }
            else if (name is FourCc.Lossy or FourCc.Lossless && !frame.HasImage)
            {
                frame = WithImage(frame, name == FourCc.Lossless, chunks, size, padded);
            }
            else
            {
                chunks.BackToHeader();
                return frame;
            }

            chunks.Skip(padded);
            if (chunks.Remaining == 0)
            {
                return frame;
            }
        }
    }

    private static WebPFrame WithImage(WebPFrame frame, bool isLossless, ChunkReader chunks, int size, int padded)
    {
        if (isLossless && frame.Alpha is not null)
        {
            throw ImageErrors.Damaged("a VP8L picture has an ALPH chunk");
        }

        var payload = chunks.Rest[..padded];
        var (width, height) = isLossless ? PictureSize.Lossless(payload) : PictureSize.Lossy(payload, size);
        return frame with
        {
            IsLossless = isLossless,
            HasImage = true,
            Image = chunks.Position..(chunks.Position + padded),
            Width = width,
            Height = height,
        };
    }
}
