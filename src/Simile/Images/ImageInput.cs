using System.Security.Cryptography;
using Simile.Engine.Files;
using Simile.Images;
using Simile.Imaging;

namespace Simile;

/// <summary>A picture to embed: a file on disk, a file's bytes, or pixels. A file is read only when its turn comes, so a list of any length
/// takes little memory.</summary>
public sealed class ImageInput
{
    private readonly string? _path;
    private readonly ReadOnlyMemory<byte> _bytes;
    private readonly RgbImage? _image;

    private ImageInput(string name, string? path, ReadOnlyMemory<byte> bytes, RgbImage? image) =>
        (Name, _path, _bytes, _image) = (name, path, bytes, image);

    /// <summary>What the picture is called in errors: its path, or the name it was given.</summary>
    public string Name { get; }

    /// <summary>A picture file on disk.</summary>
    /// <param name="path">Its path.</param>
    public static ImageInput FromFile(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return new ImageInput(path, path, default, null);
    }

    /// <summary>The bytes of a picture file.</summary>
    /// <param name="file">The whole file; not copied.</param>
    /// <param name="name">What to call it in errors.</param>
    public static ImageInput FromBytes(ReadOnlyMemory<byte> file, string name = "picture") => new(name, null, file, null);

    /// <summary>Pixels already decoded and upright.</summary>
    /// <param name="image">The picture; not copied.</param>
    /// <param name="name">What to call it in errors.</param>
    public static ImageInput FromPixels(RgbImage image, string name = "picture")
    {
        ArgumentNullException.ThrowIfNull(image);
        return new ImageInput(name, null, default, image);
    }

    /// <summary>The upright picture.</summary>
    /// <param name="reader">Decodes files.</param>
    /// <param name="cancellationToken">Ends decoding.</param>
    /// <exception cref="SimileException">SIM111 to SIM115, or SIM501 when the file does not exist or cannot be read.</exception>
    internal RgbImage Decode(ImageReader reader, CancellationToken cancellationToken) =>
        _image ?? reader.Read(_path is null ? _bytes.Span : ReadFile(_path, reader.Limits), cancellationToken).Image;

    /// <summary>Whether the picture lies in a file, which may change from one reading to the next.</summary>
    internal bool IsOnDisk => _path is not null;

    /// <summary>What tells this picture from others: SHA-256 of the pixels with their shape, or of the file's bytes; null when the file
    /// cannot be read.</summary>
    /// <remarks>A file is not decoded for it. The same picture as two files, or as a file and as pixels, has two digests.</remarks>
    internal byte[]? TryDigest()
    {
        try
        {
            return _image is null ? DigestFile() : Convert.FromHexString(_image.Sha256());
        }
        catch (Exception error) when (error is SimileException or IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private byte[] DigestFile()
    {
        if (_path is null)
        {
            return SHA256.HashData(_bytes.Span);
        }

        using var stream = RegularFile.Open(_path);
        return SHA256.HashData(stream);
    }

    private static byte[] ReadFile(string path, ImageLimits limits)
    {
        try
        {
            using var stream = RegularFile.Open(path);
            if (stream.Length > limits.MaxFileBytes)
            {
                throw ImageErrors.TooLarge(
                    $"the file has {stream.Length} bytes; the limit is {limits.MaxFileBytes}",
                    nameof(ImageLimits.MaxFileBytes)
                );
            }

            var bytes = GC.AllocateUninitializedArray<byte>((int)stream.Length);
            stream.ReadExactly(bytes);
            return bytes;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new SimileException(ErrorCode.PathNotFound, $"The picture {path} cannot be read: {error.Message}", error);
        }
    }
}
