namespace Simile.Engine.Tensors.Onnx;

/// <summary>Finds a residual network in a graph whose tensors have no names (CNTK numbers them), and names them as torchvision
/// does.</summary>
/// <remarks>The graph is followed from sum to sum: each joins a path of convolutions with what went into the block, or with one convolution
/// of it, which begins a stage. Batch norms must be there; where an exporter folded them in, nothing is found.</remarks>
internal sealed class OnnxResNet
{
    private const double Epsilon = 1e-5;
    private readonly OnnxGraph _graph;
    private readonly Dictionary<string, OnnxNode> _producers;
    private readonly Dictionary<string, OnnxWeight> _found = new(StringComparer.Ordinal);

    private OnnxResNet(OnnxGraph graph)
    {
        _graph = graph;
        _producers = graph
            .Nodes.SelectMany(node => node.Outputs.Select(output => (output, node)))
            .DistinctBy(pair => pair.output, StringComparer.Ordinal)
            .ToDictionary(pair => pair.output, pair => pair.node, StringComparer.Ordinal);
    }

    /// <summary>The weights by torchvision's names; null where the graph is no such network.</summary>
    public static IReadOnlyDictionary<string, OnnxWeight>? Find(OnnxGraph graph)
    {
        var network = new OnnxResNet(graph);
        return network.Read() ? network._found : null;
    }

    private bool Read()
    {
        var (stage, block) = (0, 0);
        foreach (var sum in _graph.Nodes.Where(node => node is { Operator: "Add", Inputs.Length: 2 }))
        {
            var (path, shortcut) = (Path(sum.Inputs[0]), Path(sum.Inputs[1]));
            (path, shortcut) = path.Count >= shortcut.Count ? (path, shortcut) : (shortcut, path);
            if (stage == 0 && !ReadStem(path))
            {
                return false;
            }

            (stage, block) = stage == 0 || shortcut.Count == 1 ? (stage + 1, 0) : (stage, block + 1);
            var isStrided = block == 0 && stage > 1;
            if (!ReadBlock($"layer{stage}.{block}.", path, shortcut, isStrided ? 2 : 1))
            {
                return false;
            }
        }

        // Every convolution must have been one of these.
        return stage > 0
            && _found.Keys.Count(name =>
                name.Contains("conv", StringComparison.Ordinal) || name.EndsWith("downsample.0.weight", StringComparison.Ordinal)
            ) == _graph.Nodes.Count(node => node.Operator == "Conv");
    }

    private bool ReadStem(List<NormedConvolution> path)
    {
        // Behind the stem lies a pool, at which a path ends.
        var pool = path.Count == 0 ? null : Behind(path[0].Node.Input(0), "MaxPool");
        return Convolution(Behind(pool?.Input(0), "Relu")?.Input(0)) is { } stem && Keep("conv1", "bn1", stem, 2);
    }

    private bool ReadBlock(string prefix, List<NormedConvolution> path, List<NormedConvolution> shortcut, int stride)
    {
        // A bottleneck strides in its 3 × 3 convolution, a basic block in its first.
        var strided = path.Count == 3 ? 1 : 0;
        return path.Count is 2 or 3
            && shortcut.Count <= 1
            && path.Select((one, i) => Keep($"{prefix}conv{i + 1}", $"{prefix}bn{i + 1}", one, i == strided ? stride : 1)).All(kept => kept)
            && shortcut.TrueForAll(one => Keep(prefix + "downsample.0", prefix + "downsample.1", one, stride));
    }

    // The convolutions that a value comes through, the first one first, as far as the last sum or pool.
    private List<NormedConvolution> Path(string value)
    {
        var path = new List<NormedConvolution>();
        string? at = value;
        while (Convolution(at) is { } one && path.Count < 4)
        {
            path.Insert(0, one);
            at = Behind(one.Node.Input(0), "Relu")?.Input(0);
        }

        return path;
    }

    private OnnxNode? Behind(string? value, string kind) =>
        value is not null && _producers.TryGetValue(value, out var node) && node.Operator == kind ? node : null;

    private NormedConvolution? Convolution(string? value) =>
        Behind(value, "BatchNormalization") is { } norm && Behind(norm.Input(0), "Conv") is { } node
            ? new NormedConvolution(node, norm)
            : null;

    private bool Keep(string name, string norm, NormedConvolution one, int stride)
    {
        var node = one.Norm;
        return IsPlain(one.Node, stride)
            && Math.Abs(node.Real("epsilon", Epsilon) - Epsilon) < Epsilon / 100
            && Add(name + ".weight", one.Node.Input(1))
            && Add(norm + ".weight", node.Input(1))
            && Add(norm + ".bias", node.Input(2))
            && Add(norm + ".running_mean", node.Input(3))
            && Add(norm + ".running_var", node.Input(4));
    }

    // Half of the kernel lies before the first pixel; what lies behind the last one follows from the stride, so less of it need be written.
    private static bool IsPlain(OnnxNode node, int stride)
    {
        var pads = node.List("pads");
        return node.List("kernel_shape") is [var height, var width]
            && height == width
            && height % 2 == 1
            && (
                pads.IsEmpty
                    ? height == 1
                    : pads is [var top, var left, var bottom, var right]
                        && top == height / 2
                        && left == top
                        && bottom <= top
                        && bottom > top - stride
                        && right == bottom
            )
            && (node.List("strides") is { IsEmpty: false } strides ? strides.All(one => one == stride) : stride == 1)
            && node.Number("group", 1) == 1
            && node.List("dilations").All(one => one == 1);
    }

    private bool Add(string name, string? value)
    {
        if (value is null || !_graph.Tensors.TryGetValue(value, out var tensor) || tensor.Type is null)
        {
            return false;
        }

        return _found.TryAdd(name, new OnnxWeight(tensor));
    }

    private sealed record NormedConvolution(OnnxNode Node, OnnxNode Norm);
}
