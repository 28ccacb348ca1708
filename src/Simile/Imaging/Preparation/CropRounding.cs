namespace Simile.Imaging.Preparation;

/// <summary>Where the middle lies when the pixels left over are odd in number. The sources that are imitated differ.</summary>
internal enum CropRounding
{
    /// <summary>torchvision: cut at the even one of the two places; add the smaller part before.</summary>
    Torchvision,

    /// <summary>Hugging Face's image processors: cut at the smaller place; add the larger part before.</summary>
    HuggingFace,
}
