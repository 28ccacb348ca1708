using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Text.Json;

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

/// <summary>The header of a safetensors file: eight bytes of length (little-endian), then JSON that says what lies where behind
/// it.</summary>
/// <remarks>The format: https://huggingface.co/docs/safetensors. Offsets must cover the data without gap or overlap, in any order of
/// names.</remarks>
internal static class SafetensorsHeader
{
    /// <summary>The longest header that is read, in bytes; the format's own limit.</summary>
    public const long LongestHeader = 100_000_000;

    /// <summary>Reads and checks a header.</summary>
    /// <param name="path">The file's name, for errors.</param>
    /// <param name="json">The JSON.</param>
    /// <param name="dataStart">The first byte behind the header.</param>
    /// <param name="fileLength">Bytes of the whole file.</param>
    public static (IReadOnlyDictionary<string, TensorInfo> Tensors, ImmutableDictionary<string, string> Metadata) Read(
        string path,
        ReadOnlyMemory<byte> json,
        long dataStart,
        long fileLength
    )
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            var tensors = new Dictionary<string, TensorInfo>(StringComparer.Ordinal);
            var metadata = ImmutableDictionary<string, string>.Empty;
            foreach (var entry in document.RootElement.EnumerateObject())
            {
                if (entry.NameEquals("__metadata__"))
                {
                    metadata = entry
                        .Value.EnumerateObject()
                        .ToImmutableDictionary(pair => pair.Name, pair => pair.Value.GetString()!, StringComparer.Ordinal);
                }
                else if (!tensors.TryAdd(entry.Name, ReadTensor(path, entry, dataStart)))
                {
                    throw Bad(path, $"the tensor '{entry.Name}' stands in it twice");
                }
            }

            RequireNoGaps(path, tensors.Values, dataStart, fileLength);
            return (tensors, metadata);
        }
        catch (Exception error)
            when (error
                    is JsonException
                        or InvalidOperationException
                        or KeyNotFoundException
                        or FormatException
                        or ArgumentException
                        or OverflowException
            )
        {
            throw Bad(path, $"its header cannot be read ({error.Message})", error);
        }
    }

    /// <summary>The error for a damaged file.</summary>
    public static SimileException Bad(string path, string what, Exception? inner = null) =>
        new(ErrorCode.BadCheckpoint, $"{path} is no sound safetensors file: {what}. Fetch the file again.", inner);

    private static TensorInfo ReadTensor(string path, JsonProperty entry, long dataStart)
    {
        var name = entry.Value.GetProperty("dtype").GetString();
        if (!Enum.TryParse<TensorType>(name, out var type) || !string.Equals(type.ToString(), name, StringComparison.Ordinal))
        {
            throw Bad(path, $"the tensor '{entry.Name}' has the type {name}, which Simile does not read");
        }

        var shape = entry.Value.GetProperty("shape").EnumerateArray().Select(item => item.GetInt64()).ToImmutableArray();
        var offsets = entry.Value.GetProperty("data_offsets").EnumerateArray().Select(item => item.GetInt64()).ToArray();
        if (offsets.Length != 2 || offsets[0] < 0 || offsets[1] < offsets[0] || shape.Any(size => size < 0))
        {
            throw Bad(
                path,
                $"the tensor '{entry.Name}' has the shape ({string.Join(", ", shape)}) and the offsets [{string.Join(", ", offsets)}]"
            );
        }

        var expected = shape.Aggregate((long)TensorInfo.SizeOf(type), (bytes, size) => checked(bytes * size));
        if (expected != offsets[1] - offsets[0])
        {
            throw Bad(path, $"the tensor '{entry.Name}' needs {expected} bytes, but has {offsets[1] - offsets[0]}");
        }

        return new TensorInfo(path, entry.Name, type, shape, checked(dataStart + offsets[0]), expected);
    }

    private static void RequireNoGaps(string path, IEnumerable<TensorInfo> tensors, long dataStart, long fileLength)
    {
        var position = dataStart;
        foreach (var tensor in tensors.OrderBy(tensor => tensor.Offset).ThenBy(tensor => tensor.Bytes))
        {
            if (tensor.Offset != position)
            {
                throw Bad(path, $"the tensor '{tensor.Name}' begins at byte {tensor.Offset}, but the one before it ends at {position}");
            }

            position = checked(position + tensor.Bytes);
        }

        if (position != fileLength)
        {
            throw Bad(path, $"its tensors end at byte {position}, but the file has {fileLength}");
        }
    }
}
