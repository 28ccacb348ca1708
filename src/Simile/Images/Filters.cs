using Simile.Imaging.Resampling;
using Simile.Models;

namespace Simile.Images;

/// <summary>Names and numbers of resampling filters in configuration files.</summary>
internal static class Filters
{
    /// <summary>Pillow's number under <c>resample</c>, as Hugging Face writes it.</summary>
    public static ResampleFilter Numbered(ModelConfig config, ResampleFilter usual)
    {
        var number = config.NumberOrNull("resample") ?? (int)usual;
        return Enum.IsDefined((ResampleFilter)number) ? (ResampleFilter)number : throw config.Unsupported($"the resampling filter {number} (Pillow's are 0 to 5)");
    }

    /// <summary>A name, as timm writes it.</summary>
    public static ResampleFilter Named(ModelConfig config, string name) =>
        Enum.TryParse<ResampleFilter>(name, ignoreCase: true, out var filter) && Enum.IsDefined(filter) ? filter : throw config.Unsupported($"the interpolation '{name}'");
}
