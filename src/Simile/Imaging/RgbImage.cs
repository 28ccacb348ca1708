using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Simile.Imaging;

/// <summary>A picture in memory: (H, W, 3) bytes, row by row, red, green and blue from 0 to 255.</summary>
public sealed class RgbImage
{
    private readonly byte[] _pixels;

    /// <summary>Takes pixels.</summary>
    /// <param name="width">Columns, at least 1.</param>
    /// <param name="height">Rows, at least 1.</param>
    /// <param name="pixels">(H, W, 3) bytes; kept, not copied.</param>
    public RgbImage(int width, int height, byte[] pixels)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        ArgumentNullException.ThrowIfNull(pixels);
        if (pixels.LongLength != 3L * width * height)
        {
            throw new ArgumentException(
                $"{width} × {height} pixels take {3L * width * height} bytes, not {pixels.LongLength}.",
                nameof(pixels)
            );
        }
        Width = width;
        Height = height;
        _pixels = pixels;
    }

    /// <summary>Columns.</summary>
    public int Width { get; }

    /// <summary>Rows.</summary>
    public int Height { get; }

    /// <summary>(H, W, 3) bytes.</summary>
    public ReadOnlySpan<byte> Pixels => _pixels;

    /// <summary>One row, (W, 3) bytes.</summary>
    public ReadOnlySpan<byte> Row(int y) => _pixels.AsSpan(y * Width * 3, Width * 3);

    /// <summary>An image whose pixels are still to be written, all of them, through <see cref="Writable"/>.</summary>
    internal static RgbImage Uninitialized(int width, int height) =>
        new(width, height, GC.AllocateUninitializedArray<byte>(checked(width * height * 3)));

    /// <summary>The pixels, for the decoder that fills them.</summary>
    internal Span<byte> Writable => _pixels;

    /// <summary>SHA-256 over width and height (4 bytes each, little-endian) and the pixels, as lower-case hexadecimal. Two shapes never
    /// share it.</summary>
    public string Sha256()
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> shape = stackalloc byte[8];
        BinaryPrimitives.WriteInt32LittleEndian(shape, Width);
        BinaryPrimitives.WriteInt32LittleEndian(shape[4..], Height);
        hash.AppendData(shape);
        hash.AppendData(_pixels);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
