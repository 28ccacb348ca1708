using Simile.Imaging.Preparation;
using Simile.Imaging.Resampling;
using Simile.Models;

namespace Simile.Images;

/// <summary>Reads how a checkpoint wants its pictures prepared: processor_config.json or preprocessor_config.json of Hugging Face, the pretrained_cfg of timm, torchvision's V1 where nothing is said.</summary>
internal static class PreparationReader
{
    private const double ResNetCut = 0.875;

    /// <summary>The preparation, and a note for the user where it had to be assumed.</summary>
    /// <param name="folder">The model.</param>
    /// <param name="subfolder">The folder inside it that holds the checkpoint; empty for the model's own.</param>
    /// <exception cref="SimileException"><see cref="ErrorCode.UnsupportedModel"/> for a preparation that is not understood.</exception>
    public static (ImagePreparation Preparation, string? Note) Read(ModelFolder folder, string subfolder)
    {
        // transformers 5 writes one processor_config.json for text and pictures together; where both are there, it comes first.
        var together = folder.ReadConfig(subfolder, "processor_config.json")?.Child("image_processor");
        if ((together ?? folder.ReadConfig(subfolder, "preprocessor_config.json")) is { } processor)
        {
            return (ProcessorPreparation.Read(processor, folder.ReadConfig(subfolder, "config.json")?.TextOrNull("model_type")), null);
        }

        if (folder.ReadConfig(subfolder, "config.json") is { } config && config.Has("architecture"))
        {
            return (Timm(config.Child("pretrained_cfg") ?? config), null);
        }

        return (ImagePreparation.TorchvisionV1, $"{folder.Path} says nothing of how pictures are prepared; torchvision's way of its first ImageNet weights is taken (256, 224, bilinear). A preprocessor_config.json or processor_config.json decides otherwise.");
    }

    // timm.data.create_transform for evaluation: the shorter edge to floor(size / crop_pct), the middle of size.
    private static ImagePreparation Timm(ModelConfig config)
    {
        var size = config.Numbers("input_size") is [3, > 0 and <= 4096, > 0 and <= 4096] shape ? (Height: shape[1], Width: shape[2]) : throw config.Unsupported("an input_size that is not [3, H, W]");
        var cut = config.RealOrNull("crop_pct") ?? ResNetCut;
        if (!(cut is > 0.1 and <= 1))
        {
            throw config.Unsupported($"a crop_pct of {cut}");
        }

        var preparation = new ImagePreparation
        {
            Filter = Filters.Named(config, config.TextOrNull("interpolation") ?? "bicubic"),
            Mean = Colours.Read(config, "mean", [0.485f, 0.456f, 0.406f]),
            Deviation = Colours.Read(config, "std", [0.229f, 0.224f, 0.225f]),
        };
        var (rows, columns) = ((int)Math.Floor(size.Height / cut), (int)Math.Floor(size.Width / cut));
        return (config.TextOrNull("crop_mode") ?? "center") switch
        {
            "squash" => preparation with { ExactHeight = rows, ExactWidth = columns, CropHeight = size.Height, CropWidth = size.Width },
            "center" when rows == columns => preparation with { ShortestEdge = rows, CropHeight = size.Height, CropWidth = size.Width },
            "center" => preparation with { ExactHeight = rows, ExactWidth = columns, CropHeight = size.Height, CropWidth = size.Width },
            var other => throw config.Unsupported($"the crop_mode '{other}'"),
        };
    }
}
