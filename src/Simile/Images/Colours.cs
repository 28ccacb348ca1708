using System.Collections.Immutable;
using Simile.Models;

namespace Simile.Images;

/// <summary>Reads three numbers for red, green and blue.</summary>
internal static class Colours
{
    /// <summary>The numbers under a name, or the usual ones.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.UnsupportedModel"/> when they are not three finite numbers, or a deviation is 0.</exception>
    public static ImmutableArray<float> Read(ModelConfig config, string name, ImmutableArray<float> usual)
    {
        if (!config.Has(name))
        {
            return usual;
        }

        // One number stands for all three.
        var values = config.Reals(name) is { Length: > 0 } three ? three : config.RealOrNull(name) is { } one ? [one, one, one] : [];
        return values.Length == 3 && values.All(double.IsFinite) && (name is "mean" or "image_mean" || values.All(value => value > 0))
            ? [.. values.Select(value => (float)value)]
            : throw config.Unsupported($"a {name} that is not three numbers for red, green and blue");
    }
}
