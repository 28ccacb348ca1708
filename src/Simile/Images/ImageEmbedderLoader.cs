using Simile.Engine.Encoders;
using Simile.Engine.Tensors;
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
        using var weights = Checkpoint.Open(folder.File(subfolder));
        var config = folder.ReadConfig(subfolder, "config.json");
        var compute = new ComputeOptions { Precision = checkedOptions.Precision, Level = checkedOptions.Instructions };
        var network = ModelFamilies.LoadImage(weights, config, compute, SideOf(preparation));
        try
        {
            RequireSize(folder, network, preparation);
            var digest = WeightsDigest.Of(weights.Paths);
            weights.EnsureUnchanged();
            var traits = new ImageModelTraits(
                digest,
                SpaceOf(folder, config, network, digest),
                [.. note is null ? [] : new[] { note }, .. Checkpoint.NotesOf(folder.File(subfolder)), .. ModelFileTable.NotesOf(folder)]
            );
            return new ImageEmbedder(new ImageInference(network, reader, preparation, checkedOptions), reader, preparation, traits, time);
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }

    private static int? SideOf(ImagePreparation preparation)
    {
        var (height, width) = (preparation.CropHeight ?? preparation.ExactHeight, preparation.CropWidth ?? preparation.ExactWidth);
        return height == width ? height : null;
    }

    // Pictures of networks that were trained with texts are compared by angle; features of classifiers stay as the network gives them.
    private static EmbeddingSpace SpaceOf(ModelFolder folder, ModelConfig? config, IImageEncoder network, string digest) =>
        AlignedSpace.Read(config, network.Dimensions)
        ?? new EmbeddingSpace(
            WeightsDigest.SpaceId(folder, digest),
            network.Dimensions,
            network.Family is "clip" or "siglip",
            SimilarityMetric.Cosine
        );

    private static void RequireSize(ModelFolder folder, IImageEncoder network, ImagePreparation preparation)
    {
        var (height, width) = (preparation.CropHeight ?? preparation.ExactHeight, preparation.CropWidth ?? preparation.ExactWidth);
        if (network.ImageSize is { } side && (height != side || width != side))
        {
            throw new SimileException(
                ErrorCode.UnsupportedModel,
                $"The network of {folder.Path} takes pictures of {side} × {side} pixels, but its preparation gives "
                    + $"{(height is null ? "any size" : $"{width} × {height}")}. Correct preprocessor_config.json or processor_config.json."
            );
        }
    }
}
