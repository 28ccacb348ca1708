using System.Collections.Immutable;

namespace Simile.Models;

/// <summary>Reads which poolings a sentence-transformers Pooling module asks for: names in their order, or flags in the library's; none set
/// is the mean.</summary>
internal static class PoolingConfig
{
    private static readonly (string Flag, string Name, PoolingMode Mode)[] Known =
    [
        ("pooling_mode_cls_token", "cls", PoolingMode.Cls),
        ("pooling_mode_max_tokens", "max", PoolingMode.Max),
        ("pooling_mode_mean_tokens", "mean", PoolingMode.Mean),
        ("pooling_mode_mean_sqrt_len_tokens", "mean_sqrt_len_tokens", PoolingMode.MeanSqrtLength),
        ("pooling_mode_weightedmean_tokens", "weightedmean", PoolingMode.WeightedMean),
        ("pooling_mode_lasttoken", "lasttoken", PoolingMode.LastToken),
    ];

    public static ImmutableArray<PoolingMode> Read(ModelConfig config)
    {
        if (config.Has("pooling_mode"))
        {
            var names = config.TextOrTexts("pooling_mode");
            return names.IsEmpty
                ? throw config.Unsupported("no pooling at all ('pooling_mode' is an empty list)")
                : [.. names.Select(name => ModeOf(config, name))];
        }

        ImmutableArray<PoolingMode> modes = [.. Known.Where(known => config.FlagOrNull(known.Flag) == true).Select(known => known.Mode)];
        return modes.IsEmpty ? [PoolingMode.Mean] : modes;
    }

    private static PoolingMode ModeOf(ModelConfig config, string name)
    {
        var named = Known.FirstOrDefault(known => known.Name == name);
        return named.Name is null
            ? throw config.Unsupported($"the pooling '{name}' (known: {string.Join(", ", Known.Select(known => known.Name))})")
            : named.Mode;
    }
}

/// <summary>How the states of a text's tokens become one vector; the order is the one in which several are joined.</summary>
internal enum PoolingMode
{
    /// <summary>The first token's state.</summary>
    Cls,

    /// <summary>The largest value of each dimension.</summary>
    Max,

    /// <summary>The mean of all states.</summary>
    Mean,

    /// <summary>The sum of all states divided by the square root of their number.</summary>
    MeanSqrtLength,

    /// <summary>The mean with weights 1, 2, 3 … along the text.</summary>
    WeightedMean,

    /// <summary>The last token's state.</summary>
    LastToken,
}
