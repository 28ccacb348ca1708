using System.Runtime.InteropServices;
using Simile.Engine.Functions;
using Simile.Engine.Tensors;
using Simile.Inference;

namespace Simile.Multimodal;

/// <summary>Layers of small networks in a safetensors file: <c>text.0.weight</c> (K, D), <c>text.0.bias</c> (K), <c>text.1.weight</c>
/// …</summary>
internal static class LayerTensors
{
    /// <summary>The tensors of a stack of layers.</summary>
    public static IEnumerable<TensorToWrite> Of(string stack, IReadOnlyList<LinearMap> layers) =>
        layers.SelectMany(
            (layer, i) =>
                (TensorToWrite[])
                    [
                        new(
                            $"{stack}.{i}.weight",
                            TensorType.F32,
                            [layer.Outputs, layer.Inputs],
                            MemoryMarshal.AsBytes(layer.Weights.Span).ToArray()
                        ),
                        new($"{stack}.{i}.bias", TensorType.F32, [layer.Outputs], MemoryMarshal.AsBytes(layer.Bias.Span).ToArray()),
                    ]
        );

    /// <summary>Reads a stack whose layers have ReLU between them and <paramref name="last"/> behind the last one.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.BadCheckpoint"/> when a tensor is missing or shapes do not fit each
    /// other.</exception>
    public static LinearLayer[] Read(
        SafetensorsFile file,
        string stack,
        int inputs,
        int outputs,
        ActivationKind last = ActivationKind.Identity
    )
    {
        var layers = new List<LinearLayer>();
        do
        {
            var (weight, bias) = ($"{stack}.{layers.Count}.weight", $"{stack}.{layers.Count}.bias");
            var isLast = !file.Tensors.ContainsKey($"{stack}.{layers.Count + 1}.weight");
            var rows = isLast ? outputs : file.Find(bias).Count;
            var inputsOf = layers.Count == 0 ? inputs : layers[^1].Dimensions;
            RequireShape(file, weight, rows, inputsOf);
            RequireShape(file, bias, rows);
            layers.Add(new LinearLayer(file.ReadFloats(weight), file.ReadFloats(bias), inputsOf, isLast ? last : ActivationKind.Relu));
        } while (file.Tensors.ContainsKey($"{stack}.{layers.Count}.weight"));
        return [.. layers];
    }

    /// <summary>Sends a vector through a stack.</summary>
    public static void Run(LinearLayer[] layers, ReadOnlySpan<float> input, Span<float> output)
    {
        for (var i = 0; i < layers.Length - 1; i++)
        {
            var hidden = new float[layers[i].Dimensions];
            layers[i].Forward(input, hidden);
            input = hidden;
        }

        layers[^1].Forward(input, output);
    }

    private static void RequireShape(SafetensorsFile file, string name, params ReadOnlySpan<long> shape)
    {
        if (file.Find(name) is var tensor && !tensor.Shape.AsSpan().SequenceEqual(shape))
        {
            throw new SimileException(
                ErrorCode.BadCheckpoint,
                $"The tensor '{name}' of {file.Path} has the shape {tensor.ShapeText}, but ({string.Join(", ", shape.ToArray())}) is "
                    + "wanted. Train the file anew."
            );
        }
    }
}
