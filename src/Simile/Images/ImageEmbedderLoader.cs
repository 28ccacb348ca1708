using System.Collections.Immutable;
using Simile.Engine.Files;
using Simile.Engine.Tensors;
using Simile.Engine.Tensors.Onnx;
using Simile.Engine.Transformers;
using Simile.Families;
using Simile.Imaging;
using Simile.Imaging.Preparation;
using Simile.Inference;
using Simile.Models;
using Simile.Vectors;

namespace Simile.Images;

/// <summary>Puts an embedder together from a model folder.</summary>
internal static class ImageEmbedderLoader
{
    public static ImageEmbedder Load(ModelManifest manifest, ImageEmbedderOptions options, TimeProvider time)
    {
        var checkedOptions = options.Checked();
        var reader = new ImageReader(checkedOptions.Limits, checkedOptions.Decoders, time);
        var (folder, subfolder) = (manifest.Folder, manifest.ImagePath);
        if (AdapterConfig.Has(folder, subfolder))
        {
            throw new SimileException(
                ErrorCode.UnsupportedModel,
                $"{folder.File(subfolder)} has an adapter ({AdapterConfig.FileName}); adapters of networks for pictures are not "
                    + "merged. Merge it into its base with PEFT (merge_and_unload) and save that."
            );
        }

        var (read, note) = PreprocessorConfig.Read(folder, subfolder);
        var preparation = OnnxPreprocessing.Extend(read, folder, subfolder);
        var config = folder.ReadConfig(subfolder, "config.json");
        var (network, digest) = checkedOptions.Engine is { } engine
            ? Open(engine, manifest, preparation, checkedOptions.Threads)
            : Load(manifest, preparation, checkedOptions);
        try
        {
            RequireSize(folder, network, preparation);
            var traits = new ImageModelTraits(
                digest,
                SpaceOf(folder, config, network, digest),
                [
                    .. note is null ? [] : new[] { note },
                    .. checkedOptions.Engine is null ? Checkpoint.NotesOf(folder.File(subfolder)) : network.Notes,
                    .. ModelFileTable.NotesOf(folder),
                ]
            );
            return new ImageEmbedder(new ImageInference(network, reader, preparation, checkedOptions), reader, preparation, traits, time);
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }

    private static (IImageEncoder Network, string Digest) Load(
        ModelManifest manifest,
        ImagePreparation preparation,
        ImageEmbedderOptions options
    )
    {
        using var weights = Checkpoint.Open(manifest.Folder.File(manifest.ImagePath));
        var compute = new ComputeOptions { Precision = options.Precision, Level = options.Instructions };
        var side = SizeOf(preparation) is var (height, width) && height == width ? height : (int?)null;
        var network = ModelFamilies.LoadImage(weights, manifest.Folder.ReadConfig(manifest.ImagePath, "config.json"), compute, side);
        try
        {
            var digest = WeightsDigest.Of(weights.Paths);
            weights.EnsureUnchanged();
            return (network, digest);
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }

    private static (IImageEncoder Network, string Digest) Open(
        InferenceEngine engine,
        ModelManifest manifest,
        ImagePreparation preparation,
        int threads
    )
    {
        var type = manifest.ModelType ?? "resnet";
        var family = type.Split('_', '-')[0] is var first && first is "clip" or "siglip" ? first : type;
        return engine.OpenImages(
            new ImageNetworkRequest(manifest.Folder.File(manifest.ImagePath), family, threads) { Size = SizeOf(preparation) }
        );
    }

    private static (int Height, int Width)? SizeOf(ImagePreparation preparation) =>
        (preparation.CropHeight ?? preparation.ExactHeight, preparation.CropWidth ?? preparation.ExactWidth) is ({ } height, { } width)
            ? (height, width)
            : null;

    // Pictures of networks that were trained with texts are compared by angle; features of classifiers stay as the network gives them.
    private static EmbeddingSpace SpaceOf(ModelFolder folder, ModelConfig? config, IImageEncoder network, string digest) =>
        AlignedSpace.Read(config, network.Dimensions)
        ?? new EmbeddingSpace(
            WeightsDigest.SpaceId(folder, digest, network.OwnOutput),
            network.Dimensions,
            network.Family is "clip" or "siglip",
            SimilarityMetric.Cosine
        );

    private static void RequireSize(ModelFolder folder, IImageEncoder network, ImagePreparation preparation)
    {
        if (network.ImageSize is var (height, width) && SizeOf(preparation) is var given && given != (height, width))
        {
            throw new SimileException(
                ErrorCode.UnsupportedModel,
                $"The network of {folder.Path} takes pictures of {width} × {height} pixels, but its preparation gives "
                    + $"{(given is null ? "any size" : $"{given.Value.Width} × {given.Value.Height}")}. Correct "
                    + $"preprocessor_config.json or processor_config.json."
            );
        }
    }
}

/// <summary>The text space that an image model was trained into, as its config.json names it.</summary>
internal static class AlignedSpace
{
    /// <summary>The space of the text model, or null when the image model has a space of its own.</summary>
    /// <param name="config">config.json, or null.</param>
    /// <param name="dimensions">What the network gives.</param>
    /// <exception cref="SimileException"><see cref="ErrorCode.UnsupportedModel"/> when the network gives vectors of another
    /// length.</exception>
    public static EmbeddingSpace? Read(ModelConfig? config, int dimensions)
    {
        if (config?.Child("aligned_with") is not { } partner)
        {
            return null;
        }

        var wanted = partner.Number("dimensions");
        return wanted == dimensions
            ? new EmbeddingSpace(partner.Text("space"), dimensions, unitLength: true, SimilarityMetric.Cosine)
            : throw partner.Unsupported($"vectors of {wanted} values, as the text space has, from a network that gives {dimensions}");
    }
}

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
