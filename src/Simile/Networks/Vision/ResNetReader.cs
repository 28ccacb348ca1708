using Simile.Engine.Checkpoints;
using Simile.Engine.Convolutions;
using Simile.Models;

namespace Simile.Networks.Vision;

/// <summary>Reads residual networks (ResNet-18 to 152) in the layouts of torchvision, timm and Hugging Face. Depth and width come from the tensors themselves.</summary>
/// <remarks>He et al. 2015; the stride of a bottleneck stands in its 3 × 3 convolution, as in torchvision.</remarks>
internal sealed class ResNetReader
{
    private const int MostStages = 8;
    private readonly SafetensorsSet _weights;
    private readonly FoldedConvolution _convolutions;
    private readonly ResNetNames _names;
    private readonly bool _stridesFirst;
    private readonly bool _stridesInFirstStage;

    private ResNetReader(SafetensorsSet weights, ModelConfig? config, ResNetNames names)
    {
        (_weights, _names) = (weights, names);
        _convolutions = new FoldedConvolution(weights);
        _stridesFirst = config?.FlagOrNull("downsample_in_bottleneck") ?? false;
        _stridesInFirstStage = config?.FlagOrNull("downsample_in_first_stage") ?? false;
        if (config?.TextOrNull("hidden_act") is { } function and not "relu")
        {
            throw config.Unsupported($"a residual network with the activation '{function}'");
        }
    }

    /// <summary>Whether a checkpoint is a residual network in a layout that is known.</summary>
    public static bool Recognizes(SafetensorsSet weights) => FindNames(weights) is not null;

    /// <summary>Reads a network.</summary>
    /// <param name="weights">The checkpoint.</param>
    /// <param name="config">config.json, or null.</param>
    /// <exception cref="SimileException"><see cref="ErrorCode.BadCheckpoint"/>, <see cref="ErrorCode.UnsupportedModel"/>.</exception>
    public static ResidualWeights Read(SafetensorsSet weights, ModelConfig? config)
    {
        var names = FindNames(weights) ?? throw new SimileException(ErrorCode.UnsupportedModel, $"{weights.Paths.First()} is no residual network as torchvision, timm or Hugging Face lay it out.");
        var reader = new ResNetReader(weights, config, names);
        return new ResidualWeights(reader._convolutions.Read(names.Stem, names.StemNorm, stride: 2), reader.Blocks());
    }

    private static ResNetNames? FindNames(SafetensorsSet weights) =>
        Array.Find([ResNetNames.Torchvision, ResNetNames.HuggingFace("resnet."), ResNetNames.HuggingFace(string.Empty)], names => weights.Has(names.Stem + ".weight") && weights.Has(names.StemNorm + ".running_mean") && HasBlock(weights, names, 0, 0));

    private static bool HasBlock(SafetensorsSet weights, ResNetNames names, int stage, int block) =>
        weights.Has(names.Block(stage, block) + names.Convolution(0) + ".weight");

    private IEnumerable<ResidualBlockWeights> Blocks()
    {
        for (var stage = 0; stage < MostStages && HasBlock(_weights, _names, stage, 0); stage++)
        {
            for (var block = 0; HasBlock(_weights, _names, stage, block); block++)
            {
                yield return Block(_names.Block(stage, block), block == 0 && (stage > 0 || _stridesInFirstStage) ? 2 : 1);
            }
        }

        _convolutions.Skip(_names.Head);
        _convolutions.Skip(ResNetNames.Projection);
        if (_convolutions.Unread.Order(StringComparer.Ordinal).FirstOrDefault() is { } unknown)
        {
            throw new SimileException(ErrorCode.UnsupportedModel, $"{_weights.Paths.First()} has the tensor '{unknown}', which no plain residual network has. Variants with other stems, groups or attention are not supported.");
        }
    }

    private ResidualBlockWeights Block(string prefix, int stride)
    {
        var count = 1;
        while (_weights.Has(prefix + _names.Convolution(count) + ".weight"))
        {
            count++;
        }

        // A bottleneck strides in its 3 × 3 convolution, a basic block in its first.
        var strided = count >= 3 && !_stridesFirst ? 1 : 0;
        var path = Enumerable.Range(0, count).Select(i => _convolutions.Read(prefix + _names.Convolution(i), prefix + _names.Norm(i), i == strided ? stride : 1)).ToList();
        var shortcut = _weights.Has(prefix + _names.Shortcut + ".weight") ? _convolutions.Read(prefix + _names.Shortcut, prefix + _names.ShortcutNorm, stride) : null;
        RequireChain(prefix, path, shortcut);
        return new ResidualBlockWeights(path, shortcut);
    }

    // Grouped convolutions have fewer inputs than the layer before has outputs.
    private void RequireChain(string prefix, List<ConvolutionWeights> path, ConvolutionWeights? shortcut)
    {
        var fits = Enumerable.Range(1, path.Count - 1).All(i => path[i].Inputs == path[i - 1].Outputs)
            && (shortcut is null ? path[0].Inputs == path[^1].Outputs : shortcut.Inputs == path[0].Inputs && shortcut.Outputs == path[^1].Outputs);
        if (!fits)
        {
            throw new SimileException(ErrorCode.UnsupportedModel, $"The convolutions of '{prefix}' in {_weights.Paths.First()} do not fit one another; grouped ones (ResNeXt) are not supported.");
        }
    }
}
