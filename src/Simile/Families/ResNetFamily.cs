using System.Collections.Immutable;
using Simile.Engine.Convolutions;
using Simile.Engine.Tensors;
using Simile.Inference;
using Simile.Models;

namespace Simile.Families;

/// <summary>Residual networks (ResNet-18 to 152) in the layouts of torchvision, timm and Hugging Face. Depth and width come from the
/// tensors themselves.</summary>
/// <remarks>He et al. 2015; the stride of a bottleneck stands in its 3 × 3 convolution, as in torchvision.</remarks>
internal sealed class ResNetFamily : ModelFamily
{
    // What the product into a space of texts begins with, in our own models.
    private const string Projection = "projection.";

    public override ImmutableArray<string> ModelTypes { get; } = ["resnet", "simile-image"];

    public override Modality Embeds(string modelType) => Modality.Image;

    public override VisionNetwork? Image(ImageSource source)
    {
        if (
            Array.Find(
                [ResNetNames.Torchvision, ResNetNames.HuggingFace("resnet."), ResNetNames.HuggingFace(string.Empty)],
                names => names.Fit(source.Tensors)
            )
            is not { } names
        )
        {
            return null;
        }

        if (source.Config?.TextOrNull("hidden_act") is { } function and not "relu")
        {
            throw source.Config.Unsupported($"a residual network with the activation '{function}'");
        }

        source.Tensors.Skip(Projection, names.Head);
        var network = new ResidualNetwork(new ResNetReader(source.Tensors, names, source.Config).Read(), source.Compute);
        return new VisionNetwork(
            "resnet",
            network,
            LinearLayer.ReadIfThere(source.Tensors, Projection + "weight", Projection + "bias", network.Dimensions)
        );
    }
}

/// <summary>How a layout names the parts of a residual network; stages count from 0.</summary>
/// <param name="Stem">The first convolution.</param>
/// <param name="StemNorm">Its norm.</param>
/// <param name="Block">The block of a stage and a number: what stands before its parts' names.</param>
/// <param name="Convolution">The convolution of a number in the path, from 0.</param>
/// <param name="Norm">Its norm.</param>
internal sealed record ResNetNames(
    string Stem,
    string StemNorm,
    Func<int, int, string> Block,
    Func<int, string> Convolution,
    Func<int, string> Norm
)
{
    /// <summary>torchvision's names, which timm's resnet models share.</summary>
    public static ResNetNames Torchvision { get; } =
        new("conv1", "bn1", (stage, block) => $"layer{stage + 1}.{block}.", index => $"conv{index + 1}", index => $"bn{index + 1}")
        {
            Shortcut = "downsample.0",
            ShortcutNorm = "downsample.1",
            Head = "fc.",
        };

    /// <summary>The shortcut's convolution.</summary>
    public required string Shortcut { get; init; }

    /// <summary>Its norm.</summary>
    public required string ShortcutNorm { get; init; }

    /// <summary>What the head's names begin with; it is cut off.</summary>
    public required string Head { get; init; }

    /// <summary>The names of Hugging Face's ResNetModel.</summary>
    /// <param name="prefix"><c>resnet.</c> in checkpoints with a head, or nothing.</param>
    public static ResNetNames HuggingFace(string prefix) =>
        new(
            prefix + "embedder.embedder.convolution",
            prefix + "embedder.embedder.normalization",
            (stage, block) => $"{prefix}encoder.stages.{stage}.layers.{block}.",
            index => $"layer.{index}.convolution",
            index => $"layer.{index}.normalization"
        )
        {
            Shortcut = "shortcut.convolution",
            ShortcutNorm = "shortcut.normalization",
            Head = "classifier.",
        };

    /// <summary>Whether a checkpoint has this layout.</summary>
    public bool Fit(TensorReader tensors) =>
        tensors.Has(Stem + ".weight") && tensors.Has(StemNorm + ".running_mean") && HasBlock(tensors, 0, 0);

    /// <summary>Whether a checkpoint has a block.</summary>
    public bool HasBlock(TensorReader tensors, int stage, int block) => tensors.Has(Block(stage, block) + Convolution(0) + ".weight");
}

/// <summary>Reads a residual network. The batch norm behind each convolution is folded into it (inference form, Ioffe and Szegedy
/// 2015).</summary>
internal sealed class ResNetReader(TensorReader tensors, ResNetNames names, ModelConfig? config)
{
    private const int MaxStages = 8;
    private const double Epsilon = 1e-5;
    private readonly bool _stridesFirst = config?.FlagOrNull("downsample_in_bottleneck") ?? false;
    private readonly bool _stridesInFirstStage = config?.FlagOrNull("downsample_in_first_stage") ?? false;

    /// <summary>Reads the network.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.BadCheckpoint"/>, <see cref="ErrorCode.UnsupportedModel"/>.</exception>
    public ResidualWeights Read() => new(Convolution(names.Stem, names.StemNorm, stride: 2), Blocks());

    private IEnumerable<ResidualBlockWeights> Blocks()
    {
        for (var stage = 0; stage < MaxStages && names.HasBlock(tensors, stage, 0); stage++)
        {
            for (var block = 0; names.HasBlock(tensors, stage, block); block++)
            {
                yield return Block(names.Block(stage, block), block == 0 && (stage > 0 || _stridesInFirstStage) ? 2 : 1);
            }
        }

        tensors.RequireAllRead("no plain residual network has. Variants with other stems, groups or attention are not supported.");
    }

    private ResidualBlockWeights Block(string prefix, int stride)
    {
        var count = 1;
        while (tensors.Has(prefix + names.Convolution(count) + ".weight"))
        {
            count++;
        }

        // A bottleneck strides in its 3 × 3 convolution, a basic block in its first.
        var strided = count >= 3 && !_stridesFirst ? 1 : 0;
        var path = Enumerable
            .Range(0, count)
            .Select(i => Convolution(prefix + names.Convolution(i), prefix + names.Norm(i), i == strided ? stride : 1))
            .ToList();
        var shortcut = tensors.Has(prefix + names.Shortcut + ".weight")
            ? Convolution(prefix + names.Shortcut, prefix + names.ShortcutNorm, stride)
            : null;
        RequireChain(prefix, path, shortcut);
        return new ResidualBlockWeights(path, shortcut);
    }

    // Grouped convolutions have fewer inputs than the layer before has outputs.
    private void RequireChain(string prefix, List<ConvolutionWeights> path, ConvolutionWeights? shortcut)
    {
        var fits =
            Enumerable.Range(1, path.Count - 1).All(i => path[i].Inputs == path[i - 1].Outputs)
            && (
                shortcut is null
                    ? path[0].Inputs == path[^1].Outputs
                    : shortcut.Inputs == path[0].Inputs && shortcut.Outputs == path[^1].Outputs
            );
        if (!fits)
        {
            throw new SimileException(
                ErrorCode.UnsupportedModel,
                $"The convolutions of '{prefix}' in {tensors.Path} do not fit one another; grouped ones (ResNeXt) are not supported."
            );
        }
    }

    private ConvolutionWeights Convolution(string name, string norm, int stride)
    {
        var tensor = tensors.Find(name + ".weight");
        var shape = tensor.Shape;
        if (
            shape.Length != 4
            || shape[2] != shape[3]
            || shape[2] is < 1 or > 31
            || shape[0] % 4 != 0
            || shape[0] < 4
            || shape[0] > 1 << 16
            || shape[1] < 1
            || shape[1] > 1 << 16
        )
        {
            throw new SimileException(
                ErrorCode.UnsupportedModel,
                $"The convolution '{tensor.Name}' of {tensor.Path} has the shape {tensor.ShapeText}; (outputs, inputs, k, k) is "
                    + "wanted, with outputs a multiple of 4."
            );
        }

        var (outputs, inputs, kernel) = ((int)shape[0], (int)shape[1], (int)shape[2]);
        var values = tensors.ReadFlat(name + ".weight", tensor.Count);
        var bias = Fold(values, tensors.Under(norm + "."), outputs);
        return new ConvolutionWeights(values, bias, outputs, inputs, kernel, stride, kernel / 2);
    }

    private static float[] Fold(float[] values, TensorReader norm, int outputs)
    {
        var (scales, shifts) = (norm.Read("weight", outputs), norm.Read("bias", outputs));
        var (means, variances) = (norm.Read("running_mean", outputs), norm.Read("running_var", outputs));
        norm.Skip(norm.NameOf("num_batches_tracked"));
        var bias = new float[outputs];
        var each = values.Length / outputs;
        for (var output = 0; output < outputs; output++)
        {
            var factor = scales[output] / Math.Sqrt(variances[output] + Epsilon);
            bias[output] = (float)(shifts[output] - (means[output] * factor));
            foreach (ref var value in values.AsSpan(output * each, each))
            {
                value = (float)(value * factor);
            }
        }

        return bias;
    }
}
