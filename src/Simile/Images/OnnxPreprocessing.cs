using System.Collections.Immutable;
using Simile.Engine.Files;
using Simile.Engine.Tensors.Onnx;
using Simile.Imaging.Preparation;
using Simile.Models;

namespace Simile.Images;

/// <summary>Reads what ML.NET's picture models do to pixels before the network: <c>onnx/preprocess.onnx</c>, which puts the colours into
/// another order and subtracts a mean picture.</summary>
internal static class OnnxPreprocessing
{
    /// <summary>The file, within a model's folder.</summary>
    public const string FileName = "onnx/preprocess.onnx";

    private static readonly string[] Kinds = ["Split", "Concat", "Sub"];

    /// <summary>Adds it to a preparation, where the folder has such a file.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.UnsupportedModel"/> when the graph does something else.</exception>
    public static ImagePreparation Extend(ImagePreparation preparation, ModelFolder folder, string subfolder)
    {
        var path = folder.File(subfolder, FileName);
        if (!RegularFile.Exists(path))
        {
            return preparation;
        }

        using var file = OnnxConstants.Open(path);
        var nodes = file.Graph.Nodes;
        if (
            !nodes.Select(node => node.Operator).SequenceEqual(Kinds, StringComparer.Ordinal)
            || nodes[0].Outputs.Length != 3
            || nodes[1].Inputs.Select(input => nodes[0].Outputs.IndexOf(input)).ToImmutableArray() is not { Length: 3 } order
            || order.Order().SequenceEqual([0, 1, 2]) is false
            || nodes[2].Input(1) is not { } mean
            || !file.Graph.Tensors.TryGetValue(mean, out var picture)
            || picture.Shape is not [1, 3, var height, var width]
            || height != preparation.CropHeight
            || width != preparation.CropWidth
        )
        {
            throw new SimileException(
                ErrorCode.UnsupportedModel,
                $"{path} does {string.Join(", ", nodes.Take(8).Select(node => node.Operator))}; what can be followed is colours in "
                    + "another order, less a mean picture of the size that preprocessor_config.json cuts out."
            );
        }

        return preparation with
        {
            ColourOrder = order,
            MeanPicture = [.. file.Floats(picture)],
        };
    }
}
