using Simile.Engine.Checkpoints;
using Simile.Engine.Encoders;
using Simile.Engine.Functions;
using Simile.Models;

namespace Simile.Networks.Encoders;

/// <summary>CLIP's text tower: norms before the parts, attention to earlier tokens only, the state of the end token, a product behind it. Radford et al. 2021.</summary>
internal sealed class ClipTextLayout(ModelConfig config, SafetensorsSet weights, int dimensions) : PairedTextLayout(config, weights)
{
    // Published configurations say 2 whatever the vocabulary; Hugging Face's library takes the largest id for them.
    private const int LegacyEnd = 2;

    public override EncoderShape Shape { get; } = new()
    {
        Hidden = config.NumberOr("hidden_size", ClipTextReader.Hidden),
        Heads = config.NumberOr("num_attention_heads", 8),
        Intermediate = config.NumberOr("intermediate_size", 2048),
        Activation = config.Has("hidden_act") ? ActivationNames.Parse(config, "hidden_act") : ActivationKind.QuickGelu,
        Norm = NormPlacement.Before,
        Causal = true,
        Epsilon = (float)(config.RealOrNull("layer_norm_eps") ?? 1e-5),
        Positions = config.NumberOr("max_position_embeddings", ClipTextReader.Positions),
    };

    public override EndOfText EndOfText { get; } = new(config.NumberOrNull("eos_token_id") is { } end and not LegacyEnd ? end : null);

    public override DenseLayer Projection() => new(ReadWhole("text_projection.weight", dimensions, Shape.Hidden), bias: null, Shape.Hidden);
}
