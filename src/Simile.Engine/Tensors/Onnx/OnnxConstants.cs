namespace Simile.Engine.Tensors.Onnx;

/// <summary>A small ONNX graph to look at, whose constants have no names of a checkpoint.</summary>
internal sealed class OnnxConstants : IDisposable
{
    private const int MaxBytes = 64 << 20;
    private readonly MappedFile _file;

    private OnnxConstants(MappedFile file, OnnxGraph graph) => (_file, Graph) = (file, graph);

    /// <summary>The graph.</summary>
    public OnnxGraph Graph { get; }

    /// <summary>Opens a file of at most 64 MB.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.ModelNotFound"/>, <see cref="ErrorCode.BadCheckpoint"/>.</exception>
    public static OnnxConstants Open(string path)
    {
        var file = MappedFile.Open(path);
        try
        {
            return file.Length <= MaxBytes
                ? new OnnxConstants(file, OnnxGraph.Read(file.Bytes(0, (int)file.Length)))
                : throw new InvalidDataException($"it has {file.Length} bytes; at most {MaxBytes} are read");
        }
        catch (InvalidDataException error)
        {
            file.Dispose();
            throw new SimileException(
                ErrorCode.BadCheckpoint,
                $"{path} is no sound ONNX file: {error.Message}. Fetch the file again.",
                error
            );
        }
    }

    /// <summary>A constant's values, which must lie in the file itself as 32-bit floats.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.BadCheckpoint"/>.</exception>
    public float[] Floats(OnnxTensor tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        var count = tensor.Shape.All(size => size is >= 0 and < MaxBytes)
            ? tensor.Shape.Aggregate((Int128)1, (all, size) => Int128.Min(all * size, MaxBytes))
            : (Int128)(-1);
        return
            tensor is { Type: TensorType.F32, Inside: { } inside }
            && count == inside.Length / sizeof(float)
            && inside.Length % sizeof(float) == 0
            ? System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(_file.Bytes(inside.Start, inside.Length)).ToArray()
            : throw new SimileException(
                ErrorCode.BadCheckpoint,
                $"The tensor '{tensor.Name}' of {_file.Path} holds no {string.Join(" × ", tensor.Shape)} 32-bit floats. Fetch the "
                    + "file again."
            );
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();
}
