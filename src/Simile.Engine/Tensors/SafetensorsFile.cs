using System.Buffers.Binary;
using System.Collections.Immutable;

namespace Simile.Engine.Tensors;

/// <summary>A safetensors file, mapped into memory. Everything its header claims was checked against the file when it was opened.</summary>
internal sealed class SafetensorsFile : ITensorSource
{
    private readonly MappedFile _file;

    private SafetensorsFile(MappedFile file)
    {
        (_file, Paths) = (file, [file.Path]);
        if (file.Length < 8)
        {
            throw SafetensorsHeader.Bad(Path, $"it has {file.Length} bytes, fewer than its first field");
        }

        var headerLength = BinaryPrimitives.ReadUInt64LittleEndian(file.Bytes(0, 8));
        if (headerLength > SafetensorsHeader.LongestHeader || (long)headerLength > file.Length - 8)
        {
            throw SafetensorsHeader.Bad(Path, $"its header claims {headerLength} bytes, but the file has {file.Length}");
        }

        (Tensors, Metadata) = SafetensorsHeader.Read(Path, file.Bytes(8, (int)headerLength).ToArray(), 8 + (long)headerLength, file.Length);
    }

    /// <summary>The file's path.</summary>
    public string Path => Paths[0];

    /// <inheritdoc/>
    public IReadOnlyList<string> Paths { get; }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, TensorInfo> Tensors { get; }

    /// <summary>What the file says about itself.</summary>
    public ImmutableDictionary<string, string> Metadata { get; }

    /// <summary>Opens and checks a file.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.ModelNotFound"/>, <see cref="ErrorCode.BadCheckpoint"/>.</exception>
    public static SafetensorsFile Open(string path)
    {
        var file = MappedFile.Open(path);
        try
        {
            return new SafetensorsFile(file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public ReadOnlySpan<byte> Bytes(TensorInfo tensor, long offset, int count)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, tensor.Bytes - offset);
        return _file.Bytes(tensor.Offset + offset, count);
    }

    /// <inheritdoc/>
    public void EnsureUnchanged() => _file.EnsureUnchanged();

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();
}
