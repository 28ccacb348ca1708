using System.Buffers.Binary;
using System.Collections.Immutable;
using System.IO.MemoryMappedFiles;
using Simile.Engine.Files;

namespace Simile.Engine.Tensors;

/// <summary>A safetensors file, mapped into memory. Everything its header claims was checked against the file when it was opened.</summary>
internal sealed unsafe class SafetensorsFile : ITensorSource
{
    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;
    private readonly byte* _start;
    private readonly FileStream _stream;
    private readonly (long Length, DateTime Written) _identity;

    private SafetensorsFile(string path, FileStream stream, MemoryMappedFile file, MemoryMappedViewAccessor view, byte* start, long length)
    {
        _stream = stream;
        _identity = (length, File.GetLastWriteTimeUtc(stream.SafeFileHandle));
        _file = file;
        _view = view;
        _start = start;
        var headerLength = BinaryPrimitives.ReadUInt64LittleEndian(new ReadOnlySpan<byte>(start, 8));
        if (headerLength > SafetensorsHeader.LongestHeader || (long)headerLength > length - 8)
        {
            throw SafetensorsHeader.Bad(path, $"its header claims {headerLength} bytes, but the file has {length}");
        }

        var json = new ReadOnlySpan<byte>(start + 8, (int)headerLength).ToArray();
        (Tensors, Metadata) = SafetensorsHeader.Read(path, json, 8 + (long)headerLength, length);
        Paths = [path];
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
        if (!RegularFile.Exists(path))
        {
            throw new SimileException(ErrorCode.ModelNotFound, $"There is no checkpoint {path}. Name a folder that holds a model.");
        }

        var (stream, file, length) = Map(path);
        var view = file.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
        byte* start = null;
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        try
        {
            return new SafetensorsFile(path, stream, file, view, start + view.PointerOffset, length);
        }
        catch
        {
            Release(view, file);
            stream.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public ReadOnlySpan<byte> Bytes(TensorInfo tensor, long offset, int count)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, tensor.Bytes - offset);
        return new ReadOnlySpan<byte>(_start + tensor.Offset + offset, count);
    }

    /// <inheritdoc/>
    public void EnsureUnchanged()
    {
        // Of the open file, not of the path: the mapping belongs to it whatever the path leads to by now.
        var (length, written) = (RandomAccess.GetLength(_stream.SafeFileHandle), File.GetLastWriteTimeUtc(_stream.SafeFileHandle));
        if ((length, written) != _identity)
        {
            throw new SimileException(
                ErrorCode.ModelChanged,
                $"{Path} was changed while it was in use: it had {_identity.Length} bytes of {_identity.Written:O}, and has {length} of {written:O}. Load the model again; replace files by renaming.");
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Release(_view, _file);
        _stream.Dispose();
    }

    private static (FileStream Stream, MemoryMappedFile File, long Length) Map(string path)
    {
        try
        {
            // Others may replace the file by renaming while it is open here, on Windows too.
            var stream = RegularFile.Open(path, new FileStreamOptions { Share = FileShare.Read | FileShare.Delete });
            try
            {
                return stream.Length >= 8
                    ? (stream, MemoryMappedFile.CreateFromFile(stream, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true), stream.Length)
                    : throw SafetensorsHeader.Bad(path, $"it has {stream.Length} bytes, fewer than its first field");
            }
            catch
            {
                stream.Dispose();
                throw;
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new SimileException(ErrorCode.BadCheckpoint, $"{path} cannot be opened: {error.Message}", error);
        }
    }

    private static void Release(MemoryMappedViewAccessor view, MemoryMappedFile file)
    {
        view.SafeMemoryMappedViewHandle.ReleasePointer();
        view.Dispose();
        file.Dispose();
    }
}
