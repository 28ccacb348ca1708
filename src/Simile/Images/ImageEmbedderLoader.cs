using Simile.Engine.Checkpoints;
using Simile.Engine.Encoders;
using Simile.Imaging;
using Simile.Imaging.Preparation;
using Simile.Models;
using Simile.Networks.Vision;
using Simile.Vectors;

namespace Simile.Images;

/// <summary>Puts an embedder together from a model folder.</summary>
internal static class ImageEmbedderLoader
{
    public static ImageEmbedder Load(ModelFolder folder, ImageEmbedderOptions options, TimeProvider time)
    {
        var checkedOptions = options.Checked();
        var reader = new ImageReader(checkedOptions.Limits, checkedOptions.Decoders, time);
        var subfolder = ModelModalities.ImagePath(folder);
        if (AdapterConfig.Has(folder, subfolder))
        {
            throw new SimileException(ErrorCode.UnsupportedModel, $"{folder.File(subfolder)} has an adapter ({AdapterConfig.FileName}); adapters of networks for pictures are not merged. Merge it into its base with PEFT (merge_and_unload) and save that.");
        }

        var (preparation, note) = PreparationReader.Read(folder, subfolder);
        using var weights = SafetensorsSet.Open(folder.File(subfolder));
        var config = folder.ReadConfig(subfolder, "config.json");
        var network = VisionNetwork.Load(weights, config, new ComputeOptions { Precision = checkedOptions.Precision, Level = checkedOptions.Instructions });
        try
        {
            RequireSize(folder, network, preparation);
            var digest = WeightsDigest.Of(weights.Paths);
            weights.EnsureUnchanged();
            var traits = new ImageModelTraits(digest, SpaceOf(folder, config, network, digest), [.. note is null ? [] : new[] { note }, .. ModelFileTable.NotesOf(folder)]);
            return new ImageEmbedder(new ImageRunner(network, reader, preparation, checkedOptions), reader, preparation, traits, time);
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }

    // Pictures of towers trained with a text tower are compared by angle; features of classifiers stay as the network gives them.
    private static EmbeddingSpace SpaceOf(ModelFolder folder, ModelConfig? config, VisionNetwork network, string digest) =>
        AlignedSpace.Read(config, network.Dimensions)
        ?? new EmbeddingSpace(WeightsDigest.SpaceId(folder, digest), network.Dimensions, network.Kind is "clip" or "siglip", SimilarityMetric.Cosine);

    private static void RequireSize(ModelFolder folder, VisionNetwork network, ImagePreparation preparation)
    {
        var (height, width) = (preparation.CropHeight ?? preparation.ExactHeight, preparation.CropWidth ?? preparation.ExactWidth);
        if (network.ImageSize is { } side && (height != side || width != side))
        {
            throw new SimileException(ErrorCode.UnsupportedModel, $"The network of {folder.Path} takes pictures of {side} × {side} pixels, but its preparation gives {(height is null ? "any size" : $"{width} × {height}")}. Correct preprocessor_config.json or processor_config.json.");
        }
    }
}
