using System.Collections.Immutable;
using System.Text;

namespace Simile.Engine.Tensors.Onnx;

/// <summary>What an ONNX file says: its nodes, and the tensors that are constant.</summary>
/// <remarks>The format: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto. Bodies of loops and branches are not read; what is only in
/// them is not found.</remarks>
internal sealed class OnnxGraph
{
    // A model of today has some thousand nodes; a file that is made to fill the memory must end somewhere.
    private const int MaxParts = 1 << 20;
    private readonly Dictionary<string, OnnxTensor> _tensors = new(StringComparer.Ordinal);
    private readonly List<OnnxNode> _nodes = [];

    private OnnxGraph() { }

    /// <summary>The nodes, in their order of computation.</summary>
    public IReadOnlyList<OnnxNode> Nodes => _nodes;

    /// <summary>The constant tensors by name: initializers, and what Constant nodes give.</summary>
    public IReadOnlyDictionary<string, OnnxTensor> Tensors => _tensors;

    /// <summary>Reads a file.</summary>
    /// <exception cref="InvalidDataException">It is no ONNX model; the text says why.</exception>
    public static OnnxGraph Read(ReadOnlySpan<byte> file)
    {
        var graph = new OnnxGraph();
        var model = new ProtobufReader(file, new ByteRange(0, file.Length));
        var hasGraph = false;
        while (model.Next())
        {
            if (model.Field == 7)
            {
                hasGraph = true;
                graph.ReadGraph(file, model.Range());
            }
            else
            {
                model.Skip();
            }
        }

        return hasGraph ? graph : throw new InvalidDataException("it holds no graph");
    }

    private void ReadGraph(ReadOnlySpan<byte> file, ByteRange range)
    {
        var reader = new ProtobufReader(file, range);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1:
                    AddNode(OnnxNode.Read(file, reader.Range()));
                    break;
                case 5:
                    Add(OnnxTensor.Read(file, reader.Range()));
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }
    }

    private void AddNode(OnnxNode node)
    {
        _nodes.Add(_nodes.Count < MaxParts ? node : throw new InvalidDataException($"it has more than {MaxParts} nodes"));
        if (node is { Operator: "Constant", Outputs: [var output] } && node.Tensors.TryGetValue("value", out var value))
        {
            Add(value with { Name = output });
        }
    }

    private void Add(OnnxTensor tensor)
    {
        if (_tensors.Count >= MaxParts || !_tensors.TryAdd(tensor.Name, tensor))
        {
            throw new InvalidDataException(
                _tensors.Count >= MaxParts ? $"it has more than {MaxParts} tensors" : $"the tensor '{tensor.Name}' stands in it twice"
            );
        }
    }
}

/// <summary>One node of a graph.</summary>
internal sealed record OnnxNode
{
    private const string Scopes = "pkg.torch.onnx.name_scopes";

    /// <summary>Its name; may be empty.</summary>
    public string Name { get; private set; } = string.Empty;

    /// <summary>What it computes, such as <c>MatMul</c>.</summary>
    public string Operator { get; private set; } = string.Empty;

    /// <summary>Who defined the operator; empty for ONNX itself.</summary>
    public string Domain { get; private set; } = string.Empty;

    /// <summary>The names of what it takes; empty ones are left out.</summary>
    public ImmutableArray<string> Inputs { get; private set; } = [];

    /// <summary>The names of what it gives.</summary>
    public ImmutableArray<string> Outputs { get; private set; } = [];

    /// <summary>Its attributes that are numbers or lists of them.</summary>
    public Dictionary<string, ImmutableArray<long>> Numbers { get; } = new(StringComparer.Ordinal);

    /// <summary>Its attributes that are single floats.</summary>
    public Dictionary<string, float> Reals { get; } = new(StringComparer.Ordinal);

    /// <summary>Its attributes that are tensors.</summary>
    public Dictionary<string, OnnxTensor> Tensors { get; } = new(StringComparer.Ordinal);

    /// <summary>The modules around it as PyTorch's newer exporter notes them, or null.</summary>
    public string? NameScopes { get; private set; }

    /// <summary>A name that a reader of the graph finds it by.</summary>
    public string Title => Name.Length > 0 ? $"{Operator} '{Name}'" : $"{Operator} that gives '{Outputs.FirstOrDefault()}'";

    /// <summary>An input, or null where it is left out.</summary>
    public string? Input(int index) => index < Inputs.Length && Inputs[index].Length > 0 ? Inputs[index] : null;

    /// <summary>A list of numbers among the attributes; empty where there is none.</summary>
    public ImmutableArray<long> List(string name) => Numbers.TryGetValue(name, out var values) ? values : [];

    /// <summary>A number among the attributes.</summary>
    public long Number(string name, long usual) => Numbers.TryGetValue(name, out var values) && values is [var value] ? value : usual;

    /// <summary>A float among the attributes.</summary>
    public double Real(string name, double usual) => Reals.TryGetValue(name, out var value) ? value : usual;

    /// <summary>Reads a NodeProto.</summary>
    public static OnnxNode Read(ReadOnlySpan<byte> file, ByteRange range)
    {
        var node = new OnnxNode();
        var (inputs, outputs) = (ImmutableArray.CreateBuilder<string>(), ImmutableArray.CreateBuilder<string>());
        var reader = new ProtobufReader(file, range);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1:
                    inputs.Add(reader.Text());
                    break;
                case 2:
                    outputs.Add(reader.Text());
                    break;
                case 3:
                    node.Name = reader.Text();
                    break;
                case 4:
                    node.Operator = reader.Text();
                    break;
                case 5:
                    node.AddAttribute(file, reader.Range());
                    break;
                case 7:
                    node.Domain = reader.Text() is var domain and not "ai.onnx" ? domain : string.Empty;
                    break;
                case 9:
                    node.AddProperty(OnnxTensor.ReadEntry(file, reader.Range()));
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        (node.Inputs, node.Outputs) = (inputs.ToImmutable(), outputs.ToImmutable());
        return node;
    }

    private void AddProperty((string Key, string Value) entry) => NameScopes = entry.Key == Scopes ? entry.Value : NameScopes;

    private void AddAttribute(ReadOnlySpan<byte> file, ByteRange range)
    {
        var (name, numbers) = (string.Empty, new List<long>());
        float? real = null;
        OnnxTensor? tensor = null;
        var reader = new ProtobufReader(file, range);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1:
                    name = reader.Text();
                    break;
                case 2 when reader.Wire == ProtobufWire.Fixed32:
                    real = BitConverter.Int32BitsToSingle((int)reader.Number());
                    break;
                case 3 or 8:
                    reader.AddTo(numbers);
                    break;
                case 5:
                    tensor = OnnxTensor.Read(file, reader.Range());
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        Numbers[name] = [.. numbers];
        if (real is { } value)
        {
            Reals[name] = value;
        }

        if (tensor is not null)
        {
            Tensors[name] = tensor;
        }
    }
}

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
