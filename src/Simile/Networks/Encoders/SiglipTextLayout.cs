using Simile.Engine.Checkpoints;
using Simile.Engine.Encoders;
using Simile.Engine.Functions;
using Simile.Models;

namespace Simile.Networks.Encoders;

/// <summary>SigLIP's text tower: every text is filled up to the last position, whose state goes through a dense layer. Zhai et al. 2023.</summary>
internal sealed class SiglipTextLayout(ModelConfig config, SafetensorsSet weights, int dimensions) : PairedTextLayout(config, weights)
{
    public override EncoderShape Shape { get; } = new()
    {
        Hidden = config.NumberOr("hidden_size", SiglipTextReader.Hidden),
        Heads = config.NumberOr("num_attention_heads", 12),
        Intermediate = config.NumberOr("intermediate_size", 3072),
        Activation = config.Has("hidden_act") ? ActivationNames.Parse(config, "hidden_act") : ActivationKind.GeluTanh,
        Norm = NormPlacement.Before,
        Epsilon = (float)(config.RealOrNull("layer_norm_eps") ?? 1e-6),
        Positions = config.NumberOr("max_position_embeddings", SiglipTextReader.Positions),
    };

    public override DenseLayer Projection() => new(Read("head.weight", dimensions, Shape.Hidden), Read("head.bias", dimensions), Shape.Hidden);
}
