using System.Buffers.Binary;
using System.Collections.Immutable;
using System.IO.MemoryMappedFiles;
using Simile.Engine.Files;

namespace Simile.Engine.Checkpoints;

/// <summary>A safetensors file, mapped into memory. Everything its header claims was checked against the file when it was opened.</summary>
public sealed unsafe class SafetensorsFile : IDisposable
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
        Path = path;
    }

    /// <summary>The file's path.</summary>
    public string Path { get; }

    /// <summary>The tensors by name.</summary>
    public ImmutableDictionary<string, SafetensorsTensor> Tensors { get; }

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

    /// <summary>The tensor of that name.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.BadCheckpoint"/> when there is none.</exception>
    public SafetensorsTensor Find(string name) =>
        Tensors.GetValueOrDefault(name)
        ?? throw new SimileException(ErrorCode.BadCheckpoint, $"{Path} has no tensor '{name}'. It holds {string.Join(", ", Tensors.Keys.Order(StringComparer.Ordinal).Take(8))}.");

    /// <summary>The bytes of a tensor, valid until the file is disposed.</summary>
    public ReadOnlySpan<byte> Bytes(string name)
    {
        var tensor = Find(name);
        if (tensor.Bytes > int.MaxValue)
        {
            throw new SimileException(ErrorCode.BadCheckpoint, $"The tensor '{name}' of {Path} has {tensor.Bytes} bytes; at most {int.MaxValue} can be read in one piece.");
        }

        return new ReadOnlySpan<byte>(_start + tensor.Offset, (int)tensor.Bytes);
    }

    /// <summary>One row of a matrix as 32-bit floats.</summary>
    /// <param name="tensor">A matrix of this file, (rows, columns).</param>
    /// <param name="row">The row.</param>
    /// <param name="target">Gets the row, (columns).</param>
    public void ReadRow(SafetensorsTensor tensor, long row, Span<float> target)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        ArgumentOutOfRangeException.ThrowIfNegative(row);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(row, tensor.Shape.IsEmpty ? 0 : tensor.Shape[0]);
        var bytes = checked((int)(tensor.Shape[1] * SafetensorsTensor.SizeOf(tensor.Type)));
        TensorConversion.Convert(new ReadOnlySpan<byte>(_start + tensor.Offset + (row * bytes), bytes), tensor, Path, target);
    }

    /// <summary>A tensor's elements as 32-bit floats, in row-major order.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.BadCheckpoint"/> when its type is no F64, F32, F16, BF16 or I8.</exception>
    public float[] ReadFloats(string name) => TensorConversion.ToFloats(Bytes(name), Find(name), Path);

    /// <summary>Throws when another program has written to the file since it was opened. A file that was put in its place by renaming is another one, and harms nobody.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.ModelChanged"/>.</exception>
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
