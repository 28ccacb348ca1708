using System.Collections.Immutable;
using System.Text.Json;
using Simile.Engine.Files;

namespace Simile.Engine.Checkpoints;

/// <summary>The checkpoint of a model: one safetensors file, or several that an index file joins.</summary>
public sealed class SafetensorsSet : IDisposable
{
    private const string IndexName = "model.safetensors.index.json";
    private readonly ImmutableArray<SafetensorsFile> _files;
    private readonly Dictionary<string, SafetensorsFile> _owners = new(StringComparer.Ordinal);

    private SafetensorsSet(IEnumerable<SafetensorsFile> files)
    {
        _files = [.. files];
        foreach (var file in _files)
        {
            foreach (var name in file.Tensors.Keys)
            {
                if (!_owners.TryAdd(name, file))
                {
                    throw new SimileException(ErrorCode.BadCheckpoint, $"The tensor '{name}' stands both in {_owners[name].Path} and in {file.Path}. Fetch the checkpoint again.");
                }
            }
        }
    }

    /// <summary>The names of all tensors.</summary>
    public IReadOnlyCollection<string> Names => _owners.Keys;

    /// <summary>The files' paths.</summary>
    public IEnumerable<string> Paths => _files.Select(file => file.Path);

    /// <summary>Opens the checkpoint of a folder: model.safetensors, or the files that model.safetensors.index.json names.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.ModelNotFound"/>, <see cref="ErrorCode.BadCheckpoint"/>, <see cref="ErrorCode.UnsupportedModel"/> when there are only files of other formats.</exception>
    public static SafetensorsSet Open(string folder)
    {
        var index = Path.Combine(folder, IndexName);
        var single = Path.Combine(folder, "model.safetensors");
        if (!RegularFile.Exists(single) && !RegularFile.Exists(index) && File.Exists(Path.Combine(folder, "pytorch_model.bin")))
        {
            throw new SimileException(ErrorCode.UnsupportedModel, $"{folder} has its weights in pytorch_model.bin only, a format that can run code when it is read. Save it as safetensors (in Python: model.save_pretrained(folder, safe_serialization=True)).");
        }

        return Of(RegularFile.Exists(single) || !RegularFile.Exists(index) ? [single] : PathsOf(folder, index));
    }

    /// <summary>Whether there is a tensor of that name.</summary>
    public bool Has(string name) => _owners.ContainsKey(name);

    /// <summary>The file that holds a tensor.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.BadCheckpoint"/>.</exception>
    public SafetensorsFile FileOf(string name) =>
        _owners.GetValueOrDefault(name)
        ?? throw new SimileException(ErrorCode.BadCheckpoint, $"{_files[0].Path} has no tensor '{name}'. It holds {string.Join(", ", _owners.Keys.Order(StringComparer.Ordinal).Take(8))}.");

    /// <summary>A tensor's elements, in row-major order.</summary>
    /// <param name="name">The tensor.</param>
    /// <param name="shape">The shape it must have.</param>
    /// <exception cref="SimileException"><see cref="ErrorCode.BadCheckpoint"/> when it is not there or has another shape.</exception>
    public float[] Read(string name, params ReadOnlySpan<long> shape)
    {
        var file = FileOf(name);
        var tensor = file.Find(name);
        if (!tensor.Shape.AsSpan().SequenceEqual(shape))
        {
            throw new SimileException(ErrorCode.BadCheckpoint, $"The tensor '{name}' of {file.Path} has the shape {tensor.ShapeText}, but ({string.Join(", ", shape.ToArray())}) is wanted. The configuration and the weights belong to different models.");
        }

        return file.ReadFloats(name);
    }

    /// <summary>Throws when another program has written to one of the files since they were opened.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.ModelChanged"/>.</exception>
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
            var names = document.RootElement.GetProperty("weight_map").EnumerateObject().Select(entry => entry.Value.GetString()!).Distinct(StringComparer.Ordinal).ToList();
            if (names.FindIndex(name => !IsPlain(name)) is >= 0 and var foreign)
            {
                throw new SimileException(ErrorCode.BadCheckpoint, $"{index} names the file '{names[foreign] ?? "null"}', which is no plain name of a safetensors file in the same folder.");
            }

            return names.Count > 0 ? names.ConvertAll(name => Path.Combine(folder, name)) : throw new SimileException(ErrorCode.BadCheckpoint, $"{index} names no file.");
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            throw new SimileException(ErrorCode.BadCheckpoint, $"{index} is no index of a checkpoint: {error.Message}", error);
        }
    }

    private static bool IsPlain(string? name) =>
        !string.IsNullOrEmpty(name) && name.EndsWith(".safetensors", StringComparison.Ordinal) && name.AsSpan().IndexOfAny("/\\\0:") < 0;
}
