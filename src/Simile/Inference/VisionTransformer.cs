using Simile.Engine.Functions;
using Simile.Engine.Tensors;
using Simile.Engine.Transformers;
using Simile.Engine.Vision;

namespace Simile.Inference;

/// <summary>How a family names the parts of a vision transformer.</summary>
internal sealed record VisionNames
{
    /// <summary>The row before the patches, or null where a probe pools them.</summary>
    public string? Class { get; init; }

    /// <summary>What stands before the names of the probe that pools the patches (SigLIP), or null.</summary>
    public string? Pooling { get; init; }

    /// <summary>The positions.</summary>
    public required string Positions { get; init; }

    /// <summary>Axes of the positions' tensor.</summary>
    public int PositionAxes { get; init; } = 3;

    /// <summary>The convolution that cuts patches.</summary>
    public required string Projection { get; init; }

    /// <summary>The norm before the first layer, or null.</summary>
    public string? PreNorm { get; init; }

    /// <summary>The norm behind the last layer.</summary>
    public required string FinalNorm { get; init; }

    /// <summary>The parts of the layers.</summary>
    public required LayerNames Layers { get; init; }

    /// <summary>What the names of tensors begin with that are cut off or belong to another network.</summary>
    public required string[] Ignored { get; init; }

    /// <summary>Whether a checkpoint has this layout.</summary>
    public bool Fit(TensorReader tensors) =>
        tensors.Has(Projection + ".weight")
        && tensors.Has(Layers.Prefix(0) + Layers.AttentionNorm + ".weight")
        && (Pooling is null || tensors.Has(Pooling + "probe"));
}

/// <summary>What the tensors of a vision transformer do not tell.</summary>
internal sealed record VisionTraits
{
    /// <summary>Attention heads.</summary>
    public required int Heads { get; init; }

    /// <summary>The function of the feed-forward part.</summary>
    public required ActivationKind Activation { get; init; }

    /// <summary>ε of the layer norms.</summary>
    public required float Epsilon { get; init; }

    /// <summary>Whether the feed-forward part is gated.</summary>
    public bool IsGated { get; init; }

    /// <summary>The side of the pictures that positions are stretched to (DINOv2); null where they stay as they were trained.</summary>
    public int? Side { get; init; }
}

/// <summary>Reads a vision transformer. Sizes come from the tensors themselves, the rest from <see cref="VisionTraits"/>.</summary>
internal static class VisionTransformer
{
    private const int LargestPatch = 256;
    private const int LargestSide = 256;

    /// <summary>Reads a network.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.BadCheckpoint"/>, <see cref="ErrorCode.UnsupportedModel"/>.</exception>
    public static PatchTransformer Read(TensorReader tensors, VisionNames names, VisionTraits traits, ComputeOptions compute)
    {
        var first = tensors.Under(names.Layers.Prefix(0));
        var shape = new TransformerConfig
        {
            Hidden = tensors.Shape(names.Projection + ".weight", 4)[0],
            Heads = traits.Heads,
            Intermediate = first.Shape(names.Layers.FeedForwardIn + ".weight", 2)[0] / (traits.IsGated ? 2 : 1),
            Activation = traits.Activation,
            Gated = traits.IsGated,
            Norm = NormPlacement.Before,
            Epsilon = traits.Epsilon,
            Positions = tensors.Shape(names.Positions, names.PositionAxes)[^2],
            Compute = compute,
        };
        var patches = Patches(tensors, names, traits, shape);
        shape = shape with { Positions = patches.Positions.Length / shape.Hidden };
        var encoder = new TransformerWeights(shape, null, tensors.ReadNorm(names.FinalNorm, shape.Hidden), null);
        return new PatchTransformer(patches, encoder, Layers(tensors, names, shape));
    }

    private static IEnumerable<LayerWeights> Layers(TensorReader tensors, VisionNames names, TransformerConfig shape)
    {
        var count = 0;
        while (tensors.Has(names.Layers.Prefix(count) + names.Layers.AttentionNorm + ".weight"))
        {
            count++;
        }

        foreach (var layer in names.Layers.ReadAll(tensors, shape, count))
        {
            yield return layer;
        }

        tensors.Skip(names.Ignored);
        tensors.RequireAllRead("no plain vision transformer has. Variants with registers, distillation or other norms are not supported.");
    }

    private static PatchWeights Patches(TensorReader tensors, VisionNames names, VisionTraits traits, TransformerConfig shape)
    {
        var (hidden, patch, leading) = (shape.Hidden, tensors.Shape(names.Projection + ".weight", 4)[2], names.Class is null ? 0 : 1);
        var side = (int)Math.Round(Math.Sqrt(shape.Positions - leading));
        var wanted = traits.Side is { } pixels ? pixels / patch : side;
        if (side < 1 || (side * side) + leading != shape.Positions || patch > LargestPatch || side > LargestSide)
        {
            var square = leading == 0 ? "a square of patches" : "one position for a class row and a square of patches";
            throw new SimileException(
                ErrorCode.UnsupportedModel,
                $"{tensors.Path} has {shape.Positions} positions and patches of {patch} pixels; {square} is wanted."
            );
        }

        if (wanted is < 1 or > LargestSide)
        {
            throw new SimileException(
                ErrorCode.UnsupportedModel,
                $"The preprocessing of {tensors.Path} gives pictures of {traits.Side} pixels, {wanted} patches of {patch} a side; "
                    + $"from 1 to {LargestSide} are taken. Correct preprocessor_config.json."
            );
        }

        var positions = tensors.ReadFlat(names.Positions, (long)shape.Positions * hidden);
        return new PatchWeights
        {
            Projection = tensors.ReadFlat(names.Projection + ".weight", 3L * hidden * patch * patch),
            ProjectionBias = tensors.ReadIfThere(names.Projection + ".bias", hidden),
            Class = names.Class is { } name ? tensors.ReadFlat(name, hidden) : null,
            Pooling = names.Pooling is { } pooling ? Probe(tensors.Under(pooling), hidden) : null,
            Positions = wanted == side ? positions : PositionGrid.Stretch(positions, hidden, side, wanted),
            Norm = names.PreNorm is { } norm ? tensors.ReadNorm(norm, hidden) : null,
            PatchSize = patch,
            ImageSize = patch * wanted,
        };
    }

    private static AttentionPoolingWeights Probe(TensorReader head, int hidden)
    {
        var intermediate = head.Shape("mlp.fc1.weight", 2)[0];
        return new AttentionPoolingWeights
        {
            Probe = head.ReadFlat("probe", hidden),
            QueryKeyValue = head.Read("attention.in_proj_weight", 3L * hidden, hidden),
            QueryKeyValueBias = head.Read("attention.in_proj_bias", 3L * hidden),
            Output = head.Read("attention.out_proj.weight", hidden, hidden),
            OutputBias = head.Read("attention.out_proj.bias", hidden),
            Norm = head.ReadNorm("layernorm", hidden),
            FeedForwardIn = head.Read("mlp.fc1.weight", intermediate, hidden),
            FeedForwardInBias = head.Read("mlp.fc1.bias", intermediate),
            FeedForwardOut = head.Read("mlp.fc2.weight", hidden, intermediate),
            FeedForwardOutBias = head.Read("mlp.fc2.bias", hidden),
        };
    }
}

/// <summary>Learned positions of a square of patches, brought to another number of patches.</summary>
internal static class PositionGrid
{
    // Keys' cubic convolution with the parameter of PyTorch's bicubic interpolation.
    private const double Sharpness = -0.75;
    private const int Taps = 4;

    /// <summary>Interpolates as torch.nn.functional.interpolate(mode="bicubic", align_corners=False) does: no smoothing, edges
    /// repeated.</summary>
    /// <param name="positions">(L + side · side, H): rows of a class or none before the square.</param>
    /// <param name="hidden">H.</param>
    /// <param name="side">Patches of a side as trained.</param>
    /// <param name="wanted">Patches of a side as wanted.</param>
    /// <returns>(L + wanted · wanted, H).</returns>
    public static float[] Stretch(float[] positions, int hidden, int side, int wanted)
    {
        var leading = positions.Length - (side * side * hidden);
        var stretched = new float[leading + (wanted * wanted * hidden)];
        positions.AsSpan(0, leading).CopyTo(stretched);
        var taps = Enumerable.Range(0, wanted).Select(place => TapsOf(place, side, wanted)).ToArray();
        for (var y = 0; y < wanted; y++)
        {
            for (var x = 0; x < wanted; x++)
            {
                var target = stretched.AsSpan(leading + (((y * wanted) + x) * hidden), hidden);
                for (var tap = 0; tap < Taps * Taps; tap++)
                {
                    var (row, ofRow) = taps[y][tap / Taps];
                    var (column, ofColumn) = taps[x][tap % Taps];
                    var source = positions.AsSpan(leading + (((row * side) + column) * hidden), hidden);
                    for (var h = 0; h < hidden; h++)
                    {
                        target[h] += (float)(ofRow * ofColumn) * source[h];
                    }
                }
            }
        }

        return stretched;
    }

    private static (int Index, double Weight)[] TapsOf(int place, int side, int wanted)
    {
        var center = ((place + 0.5) * side / wanted) - 0.5;
        var first = (int)Math.Floor(center) - 1;
        return [.. Enumerable.Range(first, Taps).Select(index => (Math.Clamp(index, 0, side - 1), Weight(Math.Abs(center - index))))];
    }

    private static double Weight(double distance) =>
        distance <= 1
            ? ((((Sharpness + 2) * distance) - (Sharpness + 3)) * distance * distance) + 1
            : ((((Sharpness * distance) - (5 * Sharpness)) * distance) + (8 * Sharpness)) * distance - (4 * Sharpness);
}
