using System.Collections.Immutable;
using Simile.Inference;
using Simile.Models;

namespace Simile.Families;

/// <summary>Networks in which some layers see all tokens and others near ones only, each kind with a rotary base of its own (ModernBERT,
/// Gemma 3).</summary>
/// <param name="SeesAll">Whether a layer sees all tokens, by its number.</param>
/// <param name="Window">How far the others see on either side.</param>
/// <param name="ThetaOfAll">The rotary base of layers that see all tokens.</param>
/// <param name="ThetaOfNear">The rotary base of the others.</param>
internal sealed record LayerTypes(ImmutableArray<bool> SeesAll, int Window, double ThetaOfAll, double ThetaOfNear)
{
    /// <summary>What the configuration calls layers that see all tokens.</summary>
    public const string All = "full_attention";

    /// <summary>What it calls the others.</summary>
    public const string Near = "sliding_attention";

    // More than any network has; what follows is made for each.
    private const int MaxLayers = 4096;

    /// <summary>Layers.</summary>
    public int Count => SeesAll.Length;

    /// <summary>How far a layer sees; 0 for all.</summary>
    public int WindowOf(int layer) => SeesAll[layer] ? 0 : Window;

    /// <summary>A layer's rotary base.</summary>
    public double ThetaOf(int layer) => SeesAll[layer] ? ThetaOfAll : ThetaOfNear;

    /// <summary>Which layers see all tokens: as each layer says (transformers 5), or by a pattern (transformers 4).</summary>
    /// <param name="config">config.json.</param>
    /// <param name="pattern">Whether a layer of a number sees all tokens where layer_types says nothing.</param>
    /// <exception cref="SimileException"><see cref="ErrorCode.UnsupportedModel"/>.</exception>
    public static ImmutableArray<bool> Read(ModelConfig config, Func<int, bool> pattern)
    {
        var layers = config.Number("num_hidden_layers");
        if (layers > MaxLayers)
        {
            throw config.Unsupported($"{layers} layers (at most {MaxLayers})");
        }

        if (!config.Has("layer_types"))
        {
            return [.. Enumerable.Range(0, layers).Select(pattern)];
        }

        var types = config.TextOrTexts("layer_types");
        return types.Length == layers && types.All(type => type is All or Near)
            ? [.. types.Select(type => type == All)]
            : throw config.Unsupported(
                $"{types.Length} layer_types for {layers} layers ({string.Join(", ", types.Distinct())}); one for each of {All} and "
                    + $"{Near} is wanted"
            );
    }
}
