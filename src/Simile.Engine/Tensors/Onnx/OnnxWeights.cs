using System.Collections.Immutable;
using System.Text.RegularExpressions;

namespace Simile.Engine.Tensors.Onnx;

/// <summary>Finds in a graph the weights that a checkpoint of PyTorch would have, under the names that it would give them.</summary>
/// <remarks>Exporters keep the names of most parameters, but turn the matrices of linear layers over, quantize them and so rename them
/// (<c>onnx::MatMul_1204</c>, <c>val_17</c>). Such a matrix gets its name back from the bias that is added behind it, else from the module
/// that its node is named after.</remarks>
internal sealed partial class OnnxWeights
{
    // Nothing that an exporter writes puts more nodes between a product and its bias, or between a weight and its use.
    private const int MaxSteps = 8;

    // What a module inside another, such as that of sentence-transformers, puts before all names.
    private static readonly string[] Wrappers = ["0.auto_model.", "auto_model.", "0.model.", "model."];
    private readonly OnnxGraph _graph;
    private readonly Dictionary<string, OnnxNode> _producers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<OnnxNode>> _users = new(StringComparer.Ordinal);
    private readonly Dictionary<string, OnnxWeight> _found = new(StringComparer.Ordinal);
    private readonly HashSet<string> _renamed = new(StringComparer.Ordinal);

    private OnnxWeights(OnnxGraph graph)
    {
        _graph = graph;
        foreach (var node in graph.Nodes)
        {
            foreach (var output in node.Outputs)
            {
                _producers[output] = node;
            }

            foreach (var input in node.Inputs.Distinct(StringComparer.Ordinal))
            {
                if (!_users.TryGetValue(input, out var users))
                {
                    _users[input] = users = [];
                }

                users.Add(node);
            }
        }
    }

    /// <summary>The first node whose weights could not be named, or null.</summary>
    public string? NotUnderstood { get; private set; }

    /// <summary>Finds the weights of a graph.</summary>
    /// <returns>The weights by the names of the checkpoint, and the first node that was not understood.</returns>
    public static (IReadOnlyDictionary<string, OnnxWeight> Weights, string? NotUnderstood) Find(OnnxGraph graph)
    {
        if (!graph.Tensors.Keys.Any(IsParameter) && OnnxResNet.Find(graph) is { } network)
        {
            return (network, null);
        }

        var weights = new OnnxWeights(graph);
        foreach (var node in graph.Nodes)
        {
            weights.Look(node);
        }

        weights.AddNamed();
        return (weights.WithoutWrapper(), weights.NotUnderstood);
    }

    private void Look(OnnxNode node)
    {
        switch (node.Operator)
        {
            case "MatMul" or "MatMulInteger" when node.Domain.Length == 0:
                AddMatrix(node, isTurned: true, node.Operator == "MatMulInteger" ? ScaleBehind(node) : null);
                break;
            case "Gemm" when node.Domain.Length == 0:
                AddMatrix(node, isTurned: node.Number("transB", 0) == 0, scale: null);
                break;
            case "Conv" when node.Domain.Length == 0:
                AddConvolution(node);
                break;
            case "Gather" or "Identity" or "DequantizeLinear" when node.Domain.Length == 0:
                AddRenamed(node);
                break;
            default:
                RefuseForeign(node);
                break;
        }
    }

    // y = xW in the graph is y = xWᵀ of a linear layer.
    private void AddMatrix(OnnxNode node, bool isTurned, string? scale)
    {
        if (Resolve(node.Input(1)) is not { Stored.Shape.Length: 2 } weight)
        {
            return;
        }

        weight = weight with { IsTurned = weight.IsTurned ^ isTurned };
        if (node.Operator == "MatMulInteger")
        {
            if (scale is null)
            {
                NotUnderstood ??= node.Title;
                return;
            }

            weight = weight with { Scale = _graph.Tensors[scale], ZeroPoint = ConstantOf(node.Input(3)), Axis = 1 };
        }

        Add(node, weight);
    }

    // Norms behind convolutions are often folded into them, which leaves weights and biases without names.
    private void AddConvolution(OnnxNode node)
    {
        if (Resolve(node.Input(1)) is not { } weight)
        {
            return;
        }

        if (IsParameter(weight.Stored.Name))
        {
            return;
        }

        var name = ModuleOf(node);
        if (name is null)
        {
            NotUnderstood ??= node.Title;
            return;
        }

        Keep(name + ".weight", weight);
        if (Resolve(node.Input(2)) is { } bias)
        {
            Keep(name + ".bias", bias);
        }
    }

    // Tensors that are equal are kept once, the others point to them; quantized ones are dequantized behind their use.
    private void AddRenamed(OnnxNode node)
    {
        var (name, weight) = node.Operator switch
        {
            "Identity" when node.Outputs is [var output] => (output, Resolve(node.Input(0))),
            "DequantizeLinear" when node.Outputs is [var output] && Resolve(output) is { } found => (
                WithoutQuantized(found.Stored.Name),
                found
            ),
            "Gather"
                when ConstantOf(node.Input(0)) is { } table && node.Outputs is [var output] && Dequantized(table, output) is { } found => (
                WithoutQuantized(table.Name),
                found
            ),
            _ => (string.Empty, null),
        };
        if (weight is not null && IsParameter(name))
        {
            Keep(name, weight);
        }
    }

    private OnnxWeight? Dequantized(OnnxTensor table, string output) =>
        UserOf(output, "DequantizeLinear") is { } node && ConstantOf(node.Input(1)) is { } scale
            ? new OnnxWeight(table)
            {
                Scale = scale,
                ZeroPoint = ConstantOf(node.Input(2)),
                Axis = (int)node.Number("axis", 1),
            }
            : null;

    private void Add(OnnxNode node, OnnxWeight weight)
    {
        var own = WithoutQuantized(weight.Stored.Name);
        var name =
            IsParameter(own) && own.EndsWith(".weight", StringComparison.Ordinal) ? own
            : BiasBehind(node) is { } bias ? bias[..^"bias".Length] + "weight"
            : ModuleOf(node) is { } module ? module + ".weight"
            : null;
        if (name is not null)
        {
            Keep(name, weight);
        }
        else if (weight.Stored.Shape.All(size => size > 1))
        {
            NotUnderstood ??= node.Title;
        }
    }

    private void Keep(string name, OnnxWeight weight)
    {
        _renamed.Add(weight.Stored.Name);
        if (weight.Scale is { } scale)
        {
            _renamed.Add(scale.Name);
        }

        if (weight.ZeroPoint is { } zero)
        {
            _renamed.Add(zero.Name);
        }

        _found.TryAdd(name, weight);
    }

    // All that kept its name and is used as it is.
    private void AddNamed()
    {
        foreach (var (name, tensor) in _graph.Tensors)
        {
            if (IsParameter(name) && !_renamed.Contains(name) && tensor.Type is not null)
            {
                _found.TryAdd(name, new OnnxWeight(tensor));
            }
        }
    }

    private Dictionary<string, OnnxWeight> WithoutWrapper()
    {
        var wrapper = Array.Find(
            Wrappers,
            start => _found.Count > 0 && _found.Keys.All(name => name.StartsWith(start, StringComparison.Ordinal))
        );
        return _found.ToDictionary(pair => pair.Key[(wrapper?.Length ?? 0)..], pair => pair.Value, StringComparer.Ordinal);
    }

    // Follows a value back to a constant tensor.
    private OnnxWeight? Resolve(string? value)
    {
        var (isTurned, scaled) = (false, (OnnxWeight?)null);
        for (var step = 0; step < MaxSteps && value is not null; step++)
        {
            if (_graph.Tensors.TryGetValue(value, out var tensor))
            {
                return tensor.Type is null ? null
                    : scaled is null ? new OnnxWeight(tensor) { IsTurned = isTurned }
                    : scaled with { Stored = tensor, IsTurned = isTurned };
            }

            if (!_producers.TryGetValue(value, out var node))
            {
                return null;
            }

            switch (node.Operator)
            {
                case "Identity" or "Cast":
                    break;
                case "Transpose" when node.Numbers.TryGetValue("perm", out var order) && order is [1, 0]:
                    isTurned = !isTurned;
                    break;
                case "DequantizeLinear" when scaled is null && ConstantOf(node.Input(1)) is { } scale:
                    scaled = new OnnxWeight(scale)
                    {
                        Scale = scale,
                        ZeroPoint = ConstantOf(node.Input(2)),
                        Axis = (int)node.Number("axis", 1),
                    };
                    break;
                default:
                    return null;
            }

            value = node.Input(0);
        }

        return null;
    }

    private OnnxTensor? ConstantOf(string? value) => value is not null && _graph.Tensors.TryGetValue(value, out var tensor) ? tensor : null;

    private OnnxNode? UserOf(string value, params ReadOnlySpan<string> operators)
    {
        foreach (var user in _users.GetValueOrDefault(value) ?? [])
        {
            if (operators.Contains(user.Operator))
            {
                return user;
            }
        }

        return null;
    }

    private string? BiasBehind(OnnxNode node)
    {
        if (node.Operator == "Gemm")
        {
            return BiasOf(node.Input(2));
        }

        var isScaled = node.Operator == "MatMulInteger";
        for (var step = 0; step < MaxSteps; step++)
        {
            // Only the sums of integers are scaled before the bias is added.
            if (node.Outputs is not [var output] || UserOf(output, isScaled ? ["Add", "Cast", "Mul"] : ["Add", "Cast"]) is not { } next)
            {
                return null;
            }

            if (next.Operator == "Add")
            {
                return next.Inputs.Select(BiasOf).FirstOrDefault(name => name is not null);
            }

            node = next;
        }

        return null;
    }

    private string? BiasOf(string? input) =>
        Resolve(input) is { Stored.Name: var name }
        && NameOfValue(input!, name) is { } parameter
        && parameter.EndsWith(".bias", StringComparison.Ordinal)
            ? parameter
            : null;

    // A bias that is equal to another one is an Identity of it, under its own name.
    private static string? NameOfValue(string value, string stored) =>
        IsParameter(value) ? value
        : IsParameter(stored) ? stored
        : null;

    // MatMulInteger's result is multiplied with the product of the two scales.
    private string? ScaleBehind(OnnxNode node)
    {
        for (var step = 0; step < MaxSteps && node.Outputs is [var output]; step++)
        {
            if (UserOf(output, "Mul", "Cast") is not { } next)
            {
                return null;
            }

            if (next.Operator == "Mul")
            {
                return next
                    .Inputs.Where(input => input != output && _producers.TryGetValue(input, out _))
                    .SelectMany(input => _producers[input].Inputs)
                    .Concat(next.Inputs)
                    .FirstOrDefault(_graph.Tensors.ContainsKey);
            }

            node = next;
        }

        return null;
    }

    // "/encoder/layer.0/attention/self/query/MatMul" was the query of the attention.
    private static string? ModuleOf(OnnxNode node)
    {
        if (node.NameScopes is { } scopes && ScopePattern().Matches(scopes) is { Count: > 1 } names)
        {
            return names[^2].Groups["name"].Value is { Length: > 0 } scope ? scope : null;
        }

        // A module in a sequence repeats the sequence's name: "/layer1/layer1.0/conv1/Conv".
        var parts = node.Name.Split('/', StringSplitOptions.RemoveEmptyEntries);
        var modules = parts.Where((part, i) => i + 1 < parts.Length && !parts[i + 1].StartsWith(part + ".", StringComparison.Ordinal));
        return node.Name.StartsWith('/') && parts.Length > 1 ? string.Join('.', modules) : null;
    }

    private void RefuseForeign(OnnxNode node)
    {
        if (node.Domain.Length > 0 && node.Domain != "ai.onnx.ml" && node.Inputs.Any(input => ConstantOf(input) is { Shape.Length: >= 2 }))
        {
            NotUnderstood ??= $"{node.Title} of '{node.Domain}'";
        }
    }

    private static string WithoutQuantized(string name) =>
        name.EndsWith("_quantized", StringComparison.Ordinal) ? name[..^"_quantized".Length] : name;

    // PyTorch's names are modules with dots between them.
    private static bool IsParameter(string name) => ParameterPattern().IsMatch(name);

    [GeneratedRegex(@"\A[A-Za-z0-9_]+(?:\.[A-Za-z0-9_]+)+\z", RegexOptions.NonBacktracking)]
    private static partial Regex ParameterPattern();

    [GeneratedRegex("'(?<name>[^']*)'")]
    private static partial Regex ScopePattern();
}

/// <summary>A weight as the graph stores it, and what makes it the checkpoint's.</summary>
/// <param name="Stored">What is stored.</param>
internal sealed record OnnxWeight(OnnxTensor Stored)
{
    /// <summary>Whether rows and columns change places.</summary>
    public bool IsTurned { get; init; }

    /// <summary>What a quantized value is multiplied with, one number or one for each index of the axis; null where nothing is
    /// quantized.</summary>
    public OnnxTensor? Scale { get; init; }

    /// <summary>What is subtracted before, or null.</summary>
    public OnnxTensor? ZeroPoint { get; init; }

    /// <summary>The axis of scales, as stored.</summary>
    public int Axis { get; init; } = 1;

    /// <summary>Whether it is just what is stored.</summary>
    public bool IsPlain => !IsTurned && Scale is null;
}
