using System.Collections.Immutable;
using Simile.Imaging.Resampling;

namespace Simile.Images;

/// <summary>What a Hugging Face image processor does where its configuration is silent.</summary>
/// <param name="Filter">How it resizes.</param>
/// <param name="SizeIsExact">Whether one number as size means a square; else it is the shorter edge.</param>
/// <param name="Size">Its size.</param>
/// <param name="Crops">Whether it cuts out the middle.</param>
/// <param name="CropSize">The middle's size.</param>
/// <param name="Mean">What it takes away.</param>
/// <param name="Deviation">What it divides by.</param>
internal sealed record ProcessorKind(ResampleFilter Filter, bool SizeIsExact, int Size, bool Crops, int CropSize, ImmutableArray<float> Mean, ImmutableArray<float> Deviation)
{
    private static readonly ImmutableArray<float> Half = [0.5f, 0.5f, 0.5f];
    private static readonly ImmutableArray<float> ClipMean = [0.48145466f, 0.4578275f, 0.40821073f];
    private static readonly ImmutableArray<float> ClipDeviation = [0.26862954f, 0.26130258f, 0.27577711f];

    /// <summary>CLIPImageProcessor.</summary>
    public static ProcessorKind Clip { get; } = new(ResampleFilter.Bicubic, SizeIsExact: false, 224, Crops: true, 224, ClipMean, ClipDeviation);

    /// <summary>BitImageProcessor.</summary>
    public static ProcessorKind Bit { get; } = new(ResampleFilter.Bicubic, SizeIsExact: false, 224, Crops: true, 224, ClipMean, ClipDeviation);

    /// <summary>ViTImageProcessor.</summary>
    public static ProcessorKind Vit { get; } = new(ResampleFilter.Bilinear, SizeIsExact: true, 224, Crops: false, 224, Half, Half);

    /// <summary>SiglipImageProcessor.</summary>
    public static ProcessorKind Siglip { get; } = new(ResampleFilter.Bicubic, SizeIsExact: false, 224, Crops: false, 224, Half, Half);

    /// <summary>DeiTImageProcessor.</summary>
    public static ProcessorKind Deit { get; } = new(ResampleFilter.Bicubic, SizeIsExact: true, 256, Crops: true, 224, Half, Half);

    /// <summary>ConvNextImageProcessor, which the ResNets of Hugging Face use.</summary>
    public static ProcessorKind ConvNext { get; } = new(ResampleFilter.Bilinear, SizeIsExact: false, 384, Crops: false, 384, Half, Half);
}
