using System.Collections.Immutable;
using Simile.Imaging.Preparation;
using Simile.Imaging.Resampling;
using Simile.Models;

namespace Simile.Images;

/// <summary>Reads how a checkpoint wants its pictures preprocessed: preprocessor_config.json or processor_config.json of Hugging Face, in
/// the old form (numbers) and the new one (objects); the pretrained_cfg of timm; torchvision's V1 where nothing is said.</summary>
internal static class PreprocessorConfig
{
    private const double ResNetCut = 0.875;
    private const int LargestSide = 4096;

    // By torchvision, by Pillow, and as either was called before.
    private static readonly string[] Suffixes = ["ImageProcessorFast", "ImageProcessorPil", "ImageProcessor", "FeatureExtractor"];

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
            return (OfHuggingFace(processor, folder.ReadConfig(subfolder, "config.json")?.TextOrNull("model_type")), null);
        }

        if (folder.ReadConfig(subfolder, "config.json") is { } config && config.Has("architecture"))
        {
            return (Timm(config.Child("pretrained_cfg") ?? config), null);
        }

        return (
            ImagePreparation.TorchvisionV1,
            $"{folder.Path} says nothing of how pictures are prepared; torchvision's way of its first ImageNet weights is taken (256, "
                + "224, bilinear). A preprocessor_config.json or processor_config.json decides otherwise."
        );
    }

    // timm.data.create_transform for evaluation: the shorter edge to floor(size / crop_pct), the middle of size.
    private static ImagePreparation Timm(ModelConfig config)
    {
        var size = config.Numbers("input_size") is [3, > 0 and <= 4096, > 0 and <= 4096] shape
            ? (Height: shape[1], Width: shape[2])
            : throw config.Unsupported("an input_size that is not [3, H, W]");
        var cut = config.RealOrNull("crop_pct") ?? ResNetCut;
        if (!(cut is > 0.1 and <= 1))
        {
            throw config.Unsupported($"a crop_pct of {cut}");
        }

        var preparation = new ImagePreparation
        {
            Filter = FilterNamed(config, config.TextOrNull("interpolation") ?? "bicubic"),
            Mean = Colors(config, "mean", [0.485f, 0.456f, 0.406f]),
            Deviation = Colors(config, "std", [0.229f, 0.224f, 0.225f]),
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

    // The model's type decides where the file names no processor.
    private static ImagePreparation OfHuggingFace(ModelConfig processor, string? modelType)
    {
        RefuseUnfollowed(processor);
        var kind = KindOf(processor, modelType);
        var resized = processor.FlagOrNull("do_resize") ?? true ? Resize(processor, kind) : new ImagePreparation();
        var cropped = CropOf(processor, kind) is { } crop ? resized with { CropHeight = crop.Height, CropWidth = crop.Width } : resized;
        return Normalize(
            processor,
            kind,
            cropped with
            {
                Rounding = CropRounding.HuggingFace,
                Filter = FilterNumbered(processor, kind.Filter),
            }
        );
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
        var kind = Suffixes.FirstOrDefault(suffix => name.EndsWith(suffix, StringComparison.Ordinal)) is { } found
            ? name[..^found.Length]
            : name;
        return kind.ToLowerInvariant() switch
        {
            "clip" or "chineseclip" => ProcessorKind.Clip,
            "bit" => ProcessorKind.Bit,
            "vit" => ProcessorKind.Vit,
            "siglip" => ProcessorKind.Siglip,
            "deit" => ProcessorKind.Deit,
            "convnext" or "resnet" => ProcessorKind.ConvNext,
            "siglip2" => throw processor.Unsupported(
                "pictures of any size in a varying number of patches (SigLIP 2, NaFlex; its checkpoints of one fixed resolution are "
                    + "of the type siglip)"
            ),
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
            return shortest is { } edge
                ? new ImagePreparation { ShortestEdge = edge }
                : new ImagePreparation { ExactHeight = height, ExactWidth = width };
        }

        // Small sizes are cut out of a larger picture, large ones are the whole picture squeezed.
        var side = shortest ?? height!.Value;
        var cut = processor.RealOrNull("crop_pct") ?? 224.0 / 256;
        return side >= 384 || !(cut is > 0.1 and <= 1)
            ? new ImagePreparation { ExactHeight = side, ExactWidth = side }
            : new ImagePreparation
            {
                ShortestEdge = (int)(side / cut),
                CropHeight = side,
                CropWidth = side,
            };
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
            ? preparation with
            {
                Divisor = divisor,
                Mean = Colors(processor, "image_mean", kind.Mean),
                Deviation = Colors(processor, "image_std", kind.Deviation),
            }
            : preparation with
            {
                Divisor = divisor,
            };
    }

    private static ImmutableArray<float> Colors(ModelConfig config, string name, ImmutableArray<float> usual)
    {
        if (!config.Has(name))
        {
            return usual;
        }

        // One number stands for all three.
        var values =
            config.Reals(name) is { Length: > 0 } three ? three
            : config.RealOrNull(name) is { } one ? [one, one, one]
            : [];
        return values.Length == 3 && values.All(double.IsFinite) && (name is "mean" or "image_mean" || values.All(value => value > 0))
            ? [.. values.Select(value => (float)value)]
            : throw config.Unsupported($"a {name} that is not three numbers for red, green and blue");
    }

    // Pillow's number, as Hugging Face writes it.
    private static ResampleFilter FilterNumbered(ModelConfig config, ResampleFilter usual)
    {
        var number = config.NumberOrNull("resample") ?? (int)usual;
        return Enum.IsDefined((ResampleFilter)number)
            ? (ResampleFilter)number
            : throw config.Unsupported($"the resampling filter {number} (Pillow's are 0 to 5)");
    }

    // A name, as timm writes it.
    private static ResampleFilter FilterNamed(ModelConfig config, string name) =>
        Enum.TryParse<ResampleFilter>(name, ignoreCase: true, out var filter) && Enum.IsDefined(filter)
            ? filter
            : throw config.Unsupported($"the interpolation '{name}'");
}

/// <summary>What a Hugging Face image processor does where its configuration is silent.</summary>
/// <param name="Filter">How it resizes.</param>
/// <param name="SizeIsExact">Whether one number as size means a square; else it is the shorter edge.</param>
/// <param name="Size">Its size.</param>
/// <param name="Crops">Whether it cuts out the middle.</param>
/// <param name="CropSize">The middle's size.</param>
/// <param name="Mean">What it takes away.</param>
/// <param name="Deviation">What it divides by.</param>
internal sealed record ProcessorKind(
    ResampleFilter Filter,
    bool SizeIsExact,
    int Size,
    bool Crops,
    int CropSize,
    ImmutableArray<float> Mean,
    ImmutableArray<float> Deviation
)
{
    private static readonly ImmutableArray<float> Half = [0.5f, 0.5f, 0.5f];
    private static readonly ImmutableArray<float> ClipMean = [0.48145466f, 0.4578275f, 0.40821073f];
    private static readonly ImmutableArray<float> ClipDeviation = [0.26862954f, 0.26130258f, 0.27577711f];

    /// <summary>CLIPImageProcessor.</summary>
    public static ProcessorKind Clip { get; } =
        new(ResampleFilter.Bicubic, SizeIsExact: false, 224, Crops: true, 224, ClipMean, ClipDeviation);

    /// <summary>BitImageProcessor.</summary>
    public static ProcessorKind Bit { get; } =
        new(ResampleFilter.Bicubic, SizeIsExact: false, 224, Crops: true, 224, ClipMean, ClipDeviation);

    /// <summary>ViTImageProcessor.</summary>
    public static ProcessorKind Vit { get; } = new(ResampleFilter.Bilinear, SizeIsExact: true, 224, Crops: false, 224, Half, Half);

    /// <summary>SiglipImageProcessor.</summary>
    public static ProcessorKind Siglip { get; } = new(ResampleFilter.Bicubic, SizeIsExact: false, 224, Crops: false, 224, Half, Half);

    /// <summary>DeiTImageProcessor.</summary>
    public static ProcessorKind Deit { get; } = new(ResampleFilter.Bicubic, SizeIsExact: true, 256, Crops: true, 224, Half, Half);

    /// <summary>ConvNextImageProcessor, which the ResNets of Hugging Face use.</summary>
    public static ProcessorKind ConvNext { get; } = new(ResampleFilter.Bilinear, SizeIsExact: false, 384, Crops: false, 384, Half, Half);
}
