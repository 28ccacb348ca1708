using System.IO.MemoryMappedFiles;
using Simile.Engine.Files;

namespace Simile.Engine.Tensors;

/// <summary>A file of weights, mapped into memory, that is looked at for changes. Safe to read from many threads.</summary>
internal sealed unsafe class MappedFile : IDisposable
{
    private readonly FileStream _stream;
    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;
    private readonly byte* _start;
    private readonly (long Length, DateTime Written) _identity;

    private MappedFile(string path, FileStream stream, MemoryMappedFile file)
    {
        (Path, _stream, _file) = (path, stream, file);
        _identity = (stream.Length, File.GetLastWriteTimeUtc(stream.SafeFileHandle));
        _view = file.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
        byte* start = null;
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        _start = start + _view.PointerOffset;
    }

    /// <summary>The file's path.</summary>
    public string Path { get; }

    /// <summary>Its bytes when it was opened.</summary>
    public long Length => _identity.Length;

    /// <summary>Opens a file that is not empty.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.ModelNotFound"/>, <see cref="ErrorCode.BadCheckpoint"/>.</exception>
    public static MappedFile Open(string path)
    {
        if (!RegularFile.Exists(path))
        {
            throw new SimileException(ErrorCode.ModelNotFound, $"There is no checkpoint {path}. Name a folder that holds a model.");
        }

        try
        {
            // Others may replace the file by renaming while it is open here, on Windows too.
            var stream = RegularFile.Open(path, new FileStreamOptions { Share = FileShare.Read | FileShare.Delete });
            try
            {
                return stream.Length > 0
                    ? new MappedFile(
                        path,
                        stream,
                        MemoryMappedFile.CreateFromFile(
                            stream,
                            null,
                            0,
                            MemoryMappedFileAccess.Read,
                            HandleInheritability.None,
                            leaveOpen: true
                        )
                    )
                    : throw new SimileException(ErrorCode.BadCheckpoint, $"{path} is empty. Fetch the file again.");
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

    /// <summary>Some bytes of the file, which must lie in it; valid until it is disposed.</summary>
    public ReadOnlySpan<byte> Bytes(long offset, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, Length - offset);
        return new ReadOnlySpan<byte>(_start + offset, count);
    }

    /// <summary>Throws when another program has written to the file since it was opened.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.ModelChanged"/>.</exception>
    public void EnsureUnchanged()
    {
        // Of the open file, not of the path: the mapping belongs to it whatever the path leads to by now.
        var (length, written) = (RandomAccess.GetLength(_stream.SafeFileHandle), File.GetLastWriteTimeUtc(_stream.SafeFileHandle));
        if ((length, written) != _identity)
        {
            throw new SimileException(
                ErrorCode.ModelChanged,
                $"{Path} was changed while it was in use: it had {_identity.Length} bytes of {_identity.Written:O}, "
                    + $"and has {length} of {written:O}. Load the model again; replace files by renaming."
            );
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
        _file.Dispose();
        _stream.Dispose();
    }
}
