using System.Collections.Immutable;
using Simile.Engine.Files;
using Simile.Engine.Tensors;
using Simile.Engine.Tensors.Onnx;
using Simile.Models;

namespace Simile.OnnxRuntime;

/// <summary>The file of a graph, and those beside it that hold its weights: looked through before ONNX Runtime reads them, and watched for
/// changes as long as it is open.</summary>
internal sealed class GraphFile : IDisposable
{
    private static readonly string[] QuantizeByRun = ["DynamicQuantizeLinear", "DynamicQuantizeMatMul"];
    private readonly Dictionary<string, MappedFile> _files = new(StringComparer.Ordinal);

    private GraphFile(string path) => Path = path;

    /// <summary>The graph's path.</summary>
    public string Path { get; }

    /// <summary>Whether activations are quantized by the range that they have in a run, so that a text's vector depends on the texts
    /// beside it.</summary>
    public bool QuantizesByRun { get; private set; }

    /// <summary>The files with weights; for one half of a model of texts and pictures those of both, since both give one space.</summary>
    public ImmutableArray<string> WeightFiles { get; private set; } = [];

    /// <summary>Finds and opens a graph.</summary>
    /// <param name="folder">The folder that holds the network.</param>
    /// <param name="part">Which half of a model of both kinds: <c>text</c> or <c>vision</c>.</param>
    /// <param name="name">The file that the user names, or null.</param>
    /// <exception cref="SimileException"><see cref="ErrorCode.ModelNotFound"/>, <see cref="ErrorCode.BadCheckpoint"/>,
    /// <see cref="ErrorCode.InvalidOption"/>.</exception>
    public static GraphFile Open(string folder, string part, string? name)
    {
        var path = Find(folder, part, name);
        var file = Open(path);
        try
        {
            string[] halves = ["text_model", "vision_model"];
            var half = Array.FindIndex(halves, other => System.IO.Path.GetFileName(path).Contains(other, StringComparison.Ordinal));
            var beside = half < 0 ? path : path.Replace(halves[half], halves[1 - half], StringComparison.Ordinal);
            using var other = half < 0 || !RegularFile.Exists(beside) ? null : Open(beside);
            file.WeightFiles = half == 1 && other is not null ? [.. other.Paths, .. file.Paths] : [.. file.Paths, .. other?.Paths ?? []];
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private IEnumerable<string> Paths => _files.Keys.OrderBy(path => path != Path).ThenBy(path => path, StringComparer.Ordinal);

    /// <summary>Throws when a file was changed since it was opened.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.ModelChanged"/>.</exception>
    public void EnsureUnchanged()
    {
        foreach (var file in _files.Values)
        {
            file.EnsureUnchanged();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var file in _files.Values)
        {
            file.Dispose();
        }

        _files.Clear();
    }

    private static string Find(string folder, string part, string? name)
    {
        var names = Checkpoint.GraphNames(part).ToArray();
        if (name is null)
        {
            return names.Select(known => System.IO.Path.Combine(folder, known)).FirstOrDefault(RegularFile.Exists)
                ?? throw new SimileException(
                    ErrorCode.ModelNotFound,
                    $"{folder} holds no ONNX graph, and ONNX Runtime runs nothing else; looked for was {string.Join(", ", names)}. Export "
                        + "the model (in Python: optimum-cli export onnx), name the graph's file, or leave the engine out."
                );
        }

        var path = System.IO.Path.GetFullPath(System.IO.Path.Combine(folder, name));
        return path.StartsWith(System.IO.Path.GetFullPath(folder) + System.IO.Path.DirectorySeparatorChar, StringComparison.Ordinal)
            ? path
            : throw new SimileException(
                ErrorCode.InvalidOption,
                $"The graph's file is to be '{name}', outside of the model's folder {folder}. Name a file within it."
            );
    }

    private static GraphFile Open(string path)
    {
        var file = new GraphFile(path);
        try
        {
            file.Read(MappedFile.Open(path));
            return file;
        }
        catch (Exception error) when (error is InvalidDataException or OverflowException)
        {
            file.Dispose();
            throw new SimileException(
                ErrorCode.BadCheckpoint,
                $"{path} is no sound ONNX file: {error.Message}. Fetch the file again.",
                error
            );
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private void Read(MappedFile model)
    {
        _files[Path] = model;
        if (model.Length > int.MaxValue)
        {
            throw new InvalidDataException($"it has {model.Length} bytes, more than the {int.MaxValue} that the format allows");
        }

        var graph = OnnxGraph.Read(model.Bytes(0, (int)model.Length));
        foreach (var tensor in graph.Tensors.Values)
        {
            if (tensor.Outside is { } outside && outside.PathBeside(Path, tensor.Name) is var path && !_files.ContainsKey(path))
            {
                _files[path] = MappedFile.Open(path);
            }
        }

        QuantizesByRun = graph.Nodes.Any(node => QuantizeByRun.Contains(node.Operator, StringComparer.Ordinal));
    }
}
