using System.Runtime.InteropServices;
using Simile.Engine.Functions;
using Simile.Engine.Tensors;
using Simile.Inference;
using Simile.Vectors;

namespace Simile.Multimodal;

/// <summary>Files of learned fusions: the formula, the two spaces that are fused, the space of the fused vectors, and the
/// weights.</summary>
/// <remarks>They are trained into the joint space of an alignment (<c>LearnedFusionTraining</c>), so fused vectors can be compared with
/// aligned texts and pictures.</remarks>
public static class LearnedFusion
{
    /// <summary>The name of the file in a folder that a training wrote.</summary>
    public const string FileName = "fusion.safetensors";

    private const string Format = "simile-fusion";

    /// <summary>Reads a fusion, or the folder that holds it.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.ModelNotFound"/>, <see cref="ErrorCode.BadCheckpoint"/>.</exception>
    public static IFusion Load(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        using var file = SafetensorsFile.Open(Directory.Exists(path) ? Path.Combine(path, FileName) : path);
        if (file.Metadata.GetValueOrDefault("format") != Format)
        {
            throw new SimileException(
                ErrorCode.BadCheckpoint,
                $"{file.Path} is no fusion: its header does not say format {Format}. 'simile train alignment --fusion' writes one."
            );
        }

        var frame = new LearnedFusionFrame(
            file.Path,
            JoinedSpaces.Read(file),
            JoinedSpaces.ReadSpace(file, "fused"),
            EmbeddingRecipe.Of([("fusion", Alignment.DigestOf(file.Path))])
        );
        return file.Metadata.GetValueOrDefault("method") switch
        {
            GatedFusion.Method => new GatedFusion(file, frame),
            ProjectionFusion.Method => new ProjectionFusion(file, frame),
            var other => throw new SimileException(
                ErrorCode.BadCheckpoint,
                $"{file.Path} asks for the fusion '{other}'; known are {GatedFusion.Method} and {ProjectionFusion.Method}."
            ),
        };
    }

    /// <summary>Writes a fusion.</summary>
    /// <param name="path">Where to.</param>
    /// <param name="method"><c>gated</c> or <c>projection</c>.</param>
    /// <param name="text">The text space.</param>
    /// <param name="image">The image space.</param>
    /// <param name="fused">The space of the fused vectors.</param>
    /// <param name="layers">The layers by name: text, image and gate, or projection.</param>
    internal static void Save(
        string path,
        string method,
        EmbeddingSpace text,
        EmbeddingSpace image,
        EmbeddingSpace fused,
        IReadOnlyDictionary<string, LinearMap> layers
    )
    {
        ArgumentNullException.ThrowIfNull(layers);
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["format"] = Format,
            ["version"] = "1",
            ["method"] = method,
        };
        new JoinedSpaces(text, image).Describe(metadata);
        JoinedSpaces.Describe(metadata, "fused", fused);
        SafetensorsWriter.Write(
            path,
            [.. layers.OrderBy(layer => layer.Key, StringComparer.Ordinal).SelectMany(layer => LayerTensors.Of(layer.Key, [layer.Value]))],
            metadata
        );
    }
}

/// <summary>What all learned fusions have beside their weights.</summary>
/// <param name="Path">The file.</param>
/// <param name="Spaces">The spaces it joins.</param>
/// <param name="Fused">The space of the fused vectors.</param>
/// <param name="Recipe">The digest of the file.</param>
internal sealed record LearnedFusionFrame(string Path, JoinedSpaces Spaces, EmbeddingSpace Fused, EmbeddingRecipe Recipe)
{
    /// <summary>Values of both parts together.</summary>
    public int Inputs => Spaces.Text.Dimensions + Spaces.Image.Dimensions;

    /// <summary>The fused space, when the parts' spaces are those that the file joins.</summary>
    public EmbeddingSpace SpaceOf(EmbeddingSpace text, EmbeddingSpace image)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(image);
        Spaces.Require(Path, text, image);
        return Fused;
    }

    /// <summary>[t̂ ; î], both parts of unit length.</summary>
    public float[] Concatenate(ReadOnlySpan<float> text, ReadOnlySpan<float> image, string fusion)
    {
        FusionParts.RequireBoth(text, image, fusion);
        float[] both = [.. text, .. image];
        UnitLength.Normalize(both.AsSpan(0, text.Length));
        UnitLength.Normalize(both.AsSpan(text.Length));
        return both;
    }
}

/// <summary>
/// The gated multimodal unit: h_t = tanh(A · t̂ + a), h_i = tanh(B · î + b), z = σ(G · [t̂ ; î] + g), f = z ⊙ h_t + (1 − z) ⊙ h_i, scaled
/// to unit length (Arevalo, Solorio, Montes-y-Gómez and González 2017, "Gated multimodal units for information fusion"). Both parts are
/// needed.
/// </summary>
internal sealed class GatedFusion : IFusion
{
    /// <summary>The name in files.</summary>
    public const string Method = "gated";

    private readonly LearnedFusionFrame _frame;
    private readonly LinearLayer[] _text;
    private readonly LinearLayer[] _image;
    private readonly LinearLayer[] _gate;

    internal GatedFusion(SafetensorsFile file, LearnedFusionFrame frame)
    {
        _frame = frame;
        _text = LayerTensors.Read(file, "text", frame.Spaces.Text.Dimensions, frame.Fused.Dimensions, ActivationKind.Tanh);
        _image = LayerTensors.Read(file, "image", frame.Spaces.Image.Dimensions, frame.Fused.Dimensions, ActivationKind.Tanh);
        _gate = LayerTensors.Read(file, "gate", frame.Inputs, frame.Fused.Dimensions);
    }

    /// <inheritdoc/>
    public EmbeddingRecipe Recipe => _frame.Recipe;

    /// <inheritdoc/>
    public EmbeddingSpace SpaceOf(EmbeddingSpace text, EmbeddingSpace image) => _frame.SpaceOf(text, image);

    /// <inheritdoc/>
    public void Fuse(ReadOnlySpan<float> text, ReadOnlySpan<float> image, Span<float> fused)
    {
        var both = _frame.Concatenate(text, image, "A gated fusion");
        var (picture, gate) = (new float[fused.Length], new float[fused.Length]);
        LayerTensors.Run(_text, both.AsSpan(0, text.Length), fused);
        LayerTensors.Run(_image, both.AsSpan(text.Length), picture);
        LayerTensors.Run(_gate, both, gate);
        for (var i = 0; i < fused.Length; i++)
        {
            var z = 1 / (1 + MathF.Exp(-gate[i]));
            fused[i] = (z * fused[i]) + ((1 - z) * picture[i]);
        }

        UnitLength.Normalize(fused);
    }
}

/// <summary>A learned linear map of both parts side by side: f = W · [t̂ ; î] + b, scaled to unit length. Both parts are needed.</summary>
/// <remarks>A joint representation by projection, as in Baltrušaitis, Ahuja and Morency 2019; trained by InfoNCE (van den Oord, Li and
/// Vinyals 2018) towards the aligned text and picture.</remarks>
internal sealed class ProjectionFusion : IFusion
{
    /// <summary>The name in files.</summary>
    public const string Method = "projection";

    private readonly LearnedFusionFrame _frame;
    private readonly LinearLayer[] _projection;

    internal ProjectionFusion(SafetensorsFile file, LearnedFusionFrame frame) =>
        (_frame, _projection) = (frame, LayerTensors.Read(file, "projection", frame.Inputs, frame.Fused.Dimensions));

    /// <inheritdoc/>
    public EmbeddingRecipe Recipe => _frame.Recipe;

    /// <inheritdoc/>
    public EmbeddingSpace SpaceOf(EmbeddingSpace text, EmbeddingSpace image) => _frame.SpaceOf(text, image);

    /// <inheritdoc/>
    public void Fuse(ReadOnlySpan<float> text, ReadOnlySpan<float> image, Span<float> fused)
    {
        LayerTensors.Run(_projection, _frame.Concatenate(text, image, "A learned projection"), fused);
        UnitLength.Normalize(fused);
    }
}

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

/// <summary>Weights of y = W · x + b, as a training hands them over.</summary>
/// <param name="Inputs">Values of x (D).</param>
/// <param name="Outputs">Values of y (K).</param>
/// <param name="Weights">W, (K, D), row after row.</param>
/// <param name="Bias">b, (K).</param>
internal sealed record LinearMap(int Inputs, int Outputs, ReadOnlyMemory<float> Weights, ReadOnlyMemory<float> Bias);
