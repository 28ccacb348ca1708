using Simile.Imaging.Preparation;
using Simile.Imaging.Resampling;
using Simile.Models;

namespace Simile.Images;

/// <summary>Reads Hugging Face's preprocessor_config.json, in the old form (numbers) and the new one (objects).</summary>
internal static class ProcessorPreparation
{
    private const int LargestSide = 4096;

    // By torchvision, by Pillow, and as either was called before.
    private static readonly string[] Suffixes = ["ImageProcessorFast", "ImageProcessorPil", "ImageProcessor", "FeatureExtractor"];

    /// <summary>The preparation that a processor of this configuration makes.</summary>
    /// <param name="processor">preprocessor_config.json.</param>
    /// <param name="modelType">The model's type, which decides where the file names no processor.</param>
    /// <exception cref="SimileException"><see cref="ErrorCode.UnsupportedModel"/>.</exception>
    public static ImagePreparation Read(ModelConfig processor, string? modelType)
    {
        RefuseUnfollowed(processor);
        var kind = KindOf(processor, modelType);
        var resized = processor.FlagOrNull("do_resize") ?? true ? Resize(processor, kind) : new ImagePreparation();
        var cropped = CropOf(processor, kind) is { } crop ? resized with { CropHeight = crop.Height, CropWidth = crop.Width } : resized;
        return Normalize(processor, kind, cropped with { Rounding = CropRounding.HuggingFace, Filter = Filters.Numbered(processor, kind.Filter) });
    }

    private static void RefuseUnfollowed(ModelConfig processor)
    {
        if (processor.FlagOrNull("do_pad") == true && processor.Has("pad_size"))
        {
            throw processor.Unsupported("pictures that are filled up to a size (do_pad, pad_size)");
        }

        foreach (var name in (string[])["size", "crop_size"])
        {
            if (processor.Child(name) is { } size && (size.Has("longest_edge") || size.Has("max_height") || size.Has("max_width")))
            {
                throw processor.Unsupported($"a {name} with a longest edge or a largest height and width");
            }
        }
    }

    private static ProcessorKind KindOf(ModelConfig processor, string? modelType)
    {
        var name = processor.TextOrNull("image_processor_type", "feature_extractor_type") ?? modelType ?? string.Empty;
        var kind = Suffixes.FirstOrDefault(suffix => name.EndsWith(suffix, StringComparison.Ordinal)) is { } found ? name[..^found.Length] : name;
        return kind.ToLowerInvariant() switch
        {
            "clip" or "chineseclip" => ProcessorKind.Clip,
            "bit" => ProcessorKind.Bit,
            "vit" => ProcessorKind.Vit,
            "siglip" => ProcessorKind.Siglip,
            "deit" => ProcessorKind.Deit,
            "convnext" or "resnet" => ProcessorKind.ConvNext,
            "siglip2" => throw processor.Unsupported("pictures of any size in a varying number of patches (SigLIP 2, NaFlex; its checkpoints of one fixed resolution are of the type siglip)"),
            _ => throw processor.Unsupported($"the image processor '{name}' (known are CLIP, Bit, ViT, DeiT, SigLIP and ConvNext)"),
        };
    }

    private static ImagePreparation Resize(ModelConfig processor, ProcessorKind kind)
    {
        // SigLIP's usual size is a square, though one number in its configuration is the shorter edge.
        var isExact = kind.SizeIsExact || (kind == ProcessorKind.Siglip && !processor.Has("size"));
        var (height, width, shortest) = SizeOf(processor, "size", isExact, kind.Size);
        if (kind != ProcessorKind.ConvNext)
        {
            return shortest is { } edge ? new ImagePreparation { ShortestEdge = edge } : new ImagePreparation { ExactHeight = height, ExactWidth = width };
        }

        // Small sizes are cut out of a larger picture, large ones are the whole picture squeezed.
        var side = shortest ?? height!.Value;
        var cut = processor.RealOrNull("crop_pct") ?? 224.0 / 256;
        return side >= 384 || !(cut is > 0.1 and <= 1)
            ? new ImagePreparation { ExactHeight = side, ExactWidth = side }
            : new ImagePreparation { ShortestEdge = (int)(side / cut), CropHeight = side, CropWidth = side };
    }

    private static (int Height, int Width)? CropOf(ModelConfig processor, ProcessorKind kind)
    {
        if (kind == ProcessorKind.ConvNext && processor.FlagOrNull("do_center_crop") == true)
        {
            throw processor.Unsupported("the middle cut out behind ConvNext's own way of cutting (do_center_crop)");
        }

        if (kind == ProcessorKind.ConvNext || !(processor.FlagOrNull("do_center_crop") ?? kind.Crops))
        {
            return null;
        }

        var (height, width, shortest) = SizeOf(processor, "crop_size", isExact: true, kind.CropSize);
        return (height ?? shortest!.Value, width ?? shortest!.Value);
    }

    private static (int? Height, int? Width, int? Shortest) SizeOf(ModelConfig processor, string name, bool isExact, int usual)
    {
        if (processor.Child(name) is { } size)
        {
            return size.NumberOrNull("shortest_edge") is { } edge
                ? (null, null, Checked(processor, name, edge))
                : (Checked(processor, name, size.Number("height")), Checked(processor, name, size.Number("width")), null);
        }

        if (processor.Numbers(name) is [var rows, var columns])
        {
            return (Checked(processor, name, rows), Checked(processor, name, columns), null);
        }

        var side = Checked(processor, name, processor.NumberOrNull(name) ?? usual);
        return isExact ? (side, side, null) : (null, null, side);
    }

    private static int Checked(ModelConfig processor, string name, int pixels) =>
        pixels is > 0 and <= LargestSide ? pixels : throw processor.Unsupported($"a {name} of {pixels} pixels");

    private static ImagePreparation Normalize(ModelConfig processor, ProcessorKind kind, ImagePreparation preparation)
    {
        var factor = processor.FlagOrNull("do_rescale") ?? true ? processor.RealOrNull("rescale_factor") ?? 1.0 / 255 : 1;
        var divisor = Math.Abs((factor * 255) - 1) < 1e-6 ? 255f : (float)(1 / factor);
        if (!float.IsFinite(divisor) || divisor <= 0)
        {
            throw processor.Unsupported($"a rescale_factor of {factor}");
        }

        return processor.FlagOrNull("do_normalize") ?? true
            ? preparation with { Divisor = divisor, Mean = Colours.Read(processor, "image_mean", kind.Mean), Deviation = Colours.Read(processor, "image_std", kind.Deviation) }
            : preparation with { Divisor = divisor };
    }
}
