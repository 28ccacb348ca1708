using System.Collections.Immutable;
using System.Text.Json;
using Simile.Engine.Files;

namespace Simile.Engine.Tensors;

/// <summary>The checkpoint of a model: one safetensors file, or several that an index file joins.</summary>
internal sealed class SafetensorsSet : ITensorSource
{
    private const string IndexName = "model.safetensors.index.json";
    private readonly ImmutableArray<SafetensorsFile> _files;
    private readonly Dictionary<string, TensorInfo> _tensors = new(StringComparer.Ordinal);
    private readonly Dictionary<TensorInfo, SafetensorsFile> _owners = new(ReferenceEqualityComparer.Instance);

    private SafetensorsSet(IEnumerable<SafetensorsFile> files)
    {
        _files = [.. files];
        Paths = [.. _files.Select(file => file.Path)];
        foreach (var file in _files)
        {
            foreach (var (name, tensor) in file.Tensors)
            {
                _owners[tensor] = file;
                if (!_tensors.TryAdd(name, tensor))
                {
                    throw new SimileException(
                        ErrorCode.BadCheckpoint,
                        $"The tensor '{name}' stands both in {_tensors[name].Path} and in {file.Path}. Fetch the checkpoint again."
                    );
                }
            }
        }
    }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, TensorInfo> Tensors => _tensors;

    /// <inheritdoc/>
    public IReadOnlyList<string> Paths { get; }

    /// <summary>Opens the checkpoint of a folder: model.safetensors, or the files that model.safetensors.index.json names.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.ModelNotFound"/>, <see cref="ErrorCode.BadCheckpoint"/>,
    /// <see cref="ErrorCode.UnsupportedModel"/> when there are only files of other formats.</exception>
    public static SafetensorsSet Open(string folder)
    {
        var index = Path.Combine(folder, IndexName);
        var single = Path.Combine(folder, "model.safetensors");
        if (!RegularFile.Exists(single) && !RegularFile.Exists(index) && File.Exists(Path.Combine(folder, "pytorch_model.bin")))
        {
            throw new SimileException(
                ErrorCode.UnsupportedModel,
                $"{folder} has its weights in pytorch_model.bin only, a format that can run code when it is read. Save it as "
                    + "safetensors (in Python: model.save_pretrained(folder, safe_serialization=True))."
            );
        }

        return Of(RegularFile.Exists(single) || !RegularFile.Exists(index) ? [single] : PathsOf(folder, index));
    }

    /// <inheritdoc/>
    public ReadOnlySpan<byte> Bytes(TensorInfo tensor, long offset, int count) => _owners[tensor].Bytes(tensor, offset, count);

    /// <inheritdoc/>
    public void EnsureUnchanged()
    {
        foreach (var file in _files)
        {
            file.EnsureUnchanged();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var file in _files)
        {
            file.Dispose();
        }
    }

    private static SafetensorsSet Of(IEnumerable<string> paths)
    {
        var files = new List<SafetensorsFile>();
        try
        {
            foreach (var path in paths)
            {
                files.Add(SafetensorsFile.Open(path));
            }

            return new SafetensorsSet(files);
        }
        catch
        {
            files.ForEach(file => file.Dispose());
            throw;
        }
    }

    private static List<string> PathsOf(string folder, string index)
    {
        try
        {
            using var document = JsonDocument.Parse(RegularFile.ReadAllBytes(index));
            var names = document
                .RootElement.GetProperty("weight_map")
                .EnumerateObject()
                .Select(entry => entry.Value.GetString()!)
                .Distinct(StringComparer.Ordinal)
                .ToList();
            if (names.FindIndex(name => !IsPlain(name)) is >= 0 and var foreign)
            {
                throw new SimileException(
                    ErrorCode.BadCheckpoint,
                    $"{index} names the file '{names[foreign] ?? "null"}', which is no plain name of a safetensors file in the same folder."
                );
            }

            return names.Count > 0
                ? names.ConvertAll(name => Path.Combine(folder, name))
                : throw new SimileException(ErrorCode.BadCheckpoint, $"{index} names no file.");
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            throw new SimileException(ErrorCode.BadCheckpoint, $"{index} is no index of a checkpoint: {error.Message}", error);
        }
    }

    private static bool IsPlain(string? name) =>
        !string.IsNullOrEmpty(name) && name.EndsWith(".safetensors", StringComparison.Ordinal) && name.AsSpan().IndexOfAny("/\\\0:") < 0;
}
