using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace Simile.Engine.Tensors.Onnx;

/// <summary>The weights in an ONNX file, mapped into memory, under the names of the checkpoint that was exported. The graph is read to name
/// them and not run.</summary>
internal sealed class OnnxFile : ITensorSource
{
    private readonly Dictionary<string, MappedFile> _files = new(StringComparer.Ordinal);
    private readonly Dictionary<TensorInfo, OnnxWeight> _weights = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<string, TensorInfo> _tensors = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<TensorInfo, byte[]> _computed = new(ReferenceEqualityComparer.Instance);
    private readonly MappedFile _model;

    private OnnxFile(MappedFile model)
    {
        _model = model;
        _files[model.Path] = model;
    }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, TensorInfo> Tensors => _tensors;

    /// <inheritdoc/>
    public IReadOnlyList<string> Paths => [_model.Path, .. _files.Keys.Where(path => path != _model.Path).Order(StringComparer.Ordinal)];

    /// <summary>Opens a file and finds its weights.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.ModelNotFound"/>, <see cref="ErrorCode.BadCheckpoint"/>;
    /// <see cref="ErrorCode.UnsupportedModel"/> when a node has weights that have no name.</exception>
    public static OnnxFile Open(string path)
    {
        var file = new OnnxFile(MappedFile.Open(path));
        try
        {
            file.Read();
            return file;
        }
        catch (Exception error) when (error is InvalidDataException or OverflowException)
        {
            file.Dispose();
            throw Bad(path, error.Message, error);
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
        var weight = _weights[tensor];
        return weight.IsPlain
            ? Stored(weight.Stored, tensor.Offset + offset, count)
            : _computed
                .GetOrAdd(tensor, info => MemoryMarshal.AsBytes(Compute(info).AsSpan()).ToArray())
                .AsSpan(checked((int)offset), count);
    }

    /// <inheritdoc/>
    public float[] Floats(TensorInfo tensor) =>
        _weights[tensor].IsPlain ? TensorConversion.ToFloats(Bytes(tensor, 0, checked((int)tensor.Bytes)), tensor) : Compute(tensor);

    /// <inheritdoc/>
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
    }

    private void Read()
    {
        if (_model.Length > int.MaxValue)
        {
            throw new InvalidDataException($"it has {_model.Length} bytes, more than the {int.MaxValue} that the format allows");
        }

        var graph = OnnxGraph.Read(_model.Bytes(0, (int)_model.Length));
        var (weights, unknown) = OnnxWeights.Find(graph);
        if (unknown is not null)
        {
            throw new SimileException(
                ErrorCode.UnsupportedModel,
                $"{_model.Path} has weights at the node {unknown}, which the engine does not know how to read. "
                    + "Take the model's safetensors, or a plain export (in Python: optimum-cli export onnx without optimization); the "
                    + "package Simile.OnnxRuntime runs any graph as it is."
            );
        }

        foreach (var (name, weight) in weights)
        {
            var info = InfoOf(name, weight);
            _tensors[name] = info;
            _weights[info] = weight;
        }
    }

    // Everything that a tensor claims is checked against the file that holds it before anything is read.
    private TensorInfo InfoOf(string name, OnnxWeight weight)
    {
        var (offset, bytes) = Place(weight.Stored);
        foreach (var part in new[] { weight.Scale, weight.ZeroPoint })
        {
            _ = part is null ? default : Place(part);
        }

        RequireScales(weight);
        var shape = weight.Stored.Shape;
        return weight.IsPlain
            ? new TensorInfo(_model.Path, name, weight.Stored.Type!.Value, shape, offset, bytes)
            : new TensorInfo(
                _model.Path,
                name,
                TensorType.F32,
                weight.IsTurned ? [shape[1], shape[0]] : shape,
                0,
                checked(CountOf(weight.Stored) * sizeof(float))
            );
    }

    private (long Offset, long Bytes) Place(OnnxTensor tensor)
    {
        var type =
            tensor.Type
            ?? throw new InvalidDataException($"the tensor '{tensor.Name}' has the type {tensor.DataType}, which no weights are of");
        var bytes = checked(CountOf(tensor) * TensorInfo.SizeOf(type));
        var (offset, there) = tensor switch
        {
            { Outside: { } outside } => (outside.Offset, outside.Length ?? bytes),
            { Inside: { } inside } => ((long)inside.Start, inside.Length),
            { Values: { } values } => (0L, values.LongLength),
            _ => (0L, 0L),
        };
        if (there != bytes)
        {
            throw new InvalidDataException(
                $"the tensor '{tensor.Name}' ({string.Join(", ", tensor.Shape)}) needs {bytes} bytes, but has {there}"
            );
        }

        if (tensor.Outside is { } data && FileOf(tensor.Name, data) is var file && (offset > file.Length || bytes > file.Length - offset))
        {
            throw new InvalidDataException(
                $"the tensor '{tensor.Name}' has {bytes} bytes from byte {offset} of {file.Path} on, which has {file.Length}"
            );
        }

        return (offset, bytes);
    }

    private static long CountOf(OnnxTensor tensor) =>
        tensor.Shape.Any(size => size < 0)
            ? throw new InvalidDataException($"the tensor '{tensor.Name}' has the shape ({string.Join(", ", tensor.Shape)})")
            : tensor.Shape.Aggregate(1L, (count, size) => checked(count * size));

    private MappedFile FileOf(string tensor, ExternalData data)
    {
        var path = data.PathBeside(_model.Path, tensor);
        if (!_files.TryGetValue(path, out var file))
        {
            _files[path] = file = MappedFile.Open(path);
        }

        return file;
    }

    private static void RequireScales(OnnxWeight weight)
    {
        if (weight.Scale is not { } scale)
        {
            return;
        }

        var stored = weight.Stored;
        var axis = weight.Axis < 0 ? weight.Axis + stored.Shape.Length : weight.Axis;
        var (scales, zeros) = (CountOf(scale), CountOf(weight.ZeroPoint ?? scale));
        if (
            stored.Type is not (TensorType.I8 or TensorType.U8 or TensorType.I32)
            || stored.Shape.Length == 0
            || axis < 0
            || axis >= stored.Shape.Length
            || (scales != 1 && scales != stored.Shape[axis])
            || zeros != scales
        )
        {
            throw new InvalidDataException(
                $"the tensor '{stored.Name}' ({string.Join(", ", stored.Shape)}) of {stored.Type} has {scales} scales and {zeros} "
                    + $"zero points along axis {weight.Axis}"
            );
        }
    }

    private ReadOnlySpan<byte> Stored(OnnxTensor tensor, long offset, int count) =>
        tensor.Values is { } values
            ? values.AsSpan(checked((int)offset), count)
            : (tensor.Outside is { } outside ? FileOf(tensor.Name, outside) : _model).Bytes(offset, count);

    private float[] Compute(TensorInfo tensor)
    {
        var weight = _weights[tensor];
        var values = weight.Scale is null ? FloatsOf(weight.Stored) : Dequantize(weight);
        if (!weight.IsTurned)
        {
            return values;
        }

        var (rows, columns) = ((int)weight.Stored.Shape[0], (int)weight.Stored.Shape[1]);
        var turned = GC.AllocateUninitializedArray<float>(values.Length);
        for (var row = 0; row < rows; row++)
        {
            for (var column = 0; column < columns; column++)
            {
                turned[(column * rows) + row] = values[(row * columns) + column];
            }
        }

        return turned;
    }

    private float[] Dequantize(OnnxWeight weight)
    {
        var (stored, scales) = (weight.Stored, FloatsOf(weight.Scale!));
        var zeros = weight.ZeroPoint is { } zero ? FloatsOf(zero) : new float[scales.Length];
        var values = FloatsOf(stored);
        var axis = weight.Axis < 0 ? weight.Axis + stored.Shape.Length : weight.Axis;
        var behind = stored.Shape.Skip(axis + 1).Aggregate(1L, (count, size) => count * size);
        for (var i = 0; i < values.Length; i++)
        {
            var at = scales.Length == 1 ? 0 : (int)(i / behind % stored.Shape[axis]);
            values[i] = (values[i] - zeros[at]) * scales[at];
        }

        return values;
    }

    private float[] FloatsOf(OnnxTensor tensor)
    {
        var (offset, bytes) = Place(tensor);
        var stored = Stored(tensor, offset, checked((int)bytes));
        var info = new TensorInfo(_model.Path, tensor.Name, tensor.Type!.Value, tensor.Shape, offset, bytes);
        return info.Type switch
        {
            TensorType.U8 => Array.ConvertAll(stored.ToArray(), value => (float)value),
            TensorType.I32 => Array.ConvertAll(MemoryMarshal.Cast<byte, int>(stored).ToArray(), value => (float)value),
            _ => TensorConversion.ToFloats(stored, info),
        };
    }

    private static SimileException Bad(string path, string what, Exception inner) =>
        new(ErrorCode.BadCheckpoint, $"{path} is no sound ONNX file: {what}. Fetch the file again.", inner);
}
