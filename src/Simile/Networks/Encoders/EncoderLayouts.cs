using Simile.Engine.Checkpoints;
using Simile.Models;

namespace Simile.Networks.Encoders;

/// <summary>Picks the layout of a checkpoint by its model_type.</summary>
internal static class EncoderLayouts
{
    private const int UsualPadding = 1;

    /// <summary>The kinds of networks there are.</summary>
    public static IReadOnlyList<string> Kinds { get; } = ["bert", "roberta", "xlm-roberta", "camembert", "distilbert", "mpnet", "modernbert", "nomic_bert", "qwen3", "gemma3_text", "clip", "clip_text_model", "siglip", "siglip_text_model"];

    /// <summary>Refuses a checkpoint of a kind that is not known.</summary>
    public static void RequireKnown(EncoderCheckpoint checkpoint)
    {
        if (!Kinds.Contains(checkpoint.Kind))
        {
            throw Unknown(checkpoint);
        }
    }

    public static EncoderLayout Of(EncoderCheckpoint checkpoint, SafetensorsSet weights)
    {
        var config = checkpoint.Config;
        RefuseOtherNetworks(config);
        var withHead = HeadPrefix(checkpoint.Kind);
        var prefix = weights.Names.Any(name => name.StartsWith("embeddings.", StringComparison.Ordinal) || name.StartsWith("embed_tokens.", StringComparison.Ordinal)) ? string.Empty : withHead;
        var layout = LayoutOf(checkpoint, config, weights, prefix);
        layout.Adapter = checkpoint.AdapterFolder is { } folder ? LoraAdapter.Load(folder, withHead) : null;
        return layout;
    }

    // What any kind of configuration can ask for that would be another network.
    private static void RefuseOtherNetworks(ModelConfig config)
    {
        config.RefuseAny("pruned_heads", "is_decoder", "add_cross_attention", "is_causal", "compression_config");
        if (config.Asks("quantization_config"))
        {
            throw config.Unsupported($"weights quantized by '{config.Child("quantization_config")?.TextOrNull("quant_method") ?? config.Written("quantization_config")}' (quantization_config); look for the model in 16 or 32 bits");
        }
    }

    private static EncoderLayout LayoutOf(EncoderCheckpoint checkpoint, ModelConfig config, SafetensorsSet weights, string prefix) => checkpoint.Kind switch
    {
        "bert" => new BertLayout(config, weights, prefix, firstPosition: 0),
        "roberta" or "xlm-roberta" or "camembert" => new BertLayout(config, weights, prefix, FirstPosition(config)),
        "distilbert" => new DistilBertLayout(config, weights, prefix),
        "mpnet" => new MpNetLayout(config, weights, prefix),
        "modernbert" => new ModernBertLayout(config, weights, prefix),
        "nomic_bert" => new NomicBertLayout(config, weights, prefix),
        "qwen3" => new Qwen3Layout(config, weights, prefix),
        "gemma3_text" => new Gemma3Layout(config, weights, prefix),
        "clip" or "clip_text_model" => new ClipTextLayout(config, weights, checkpoint.Projection!.Value),
        "siglip" or "siglip_text_model" => new SiglipTextLayout(config, weights, checkpoint.Projection!.Value),
        _ => throw Unknown(checkpoint),
    };

    // A checkpoint of the network alone has bare names; one with a head on top puts the network's name first.
    private static string HeadPrefix(string kind) => kind switch
    {
        "bert" => "bert.",
        "roberta" or "xlm-roberta" or "camembert" => "roberta.",
        "distilbert" => "distilbert.",
        "mpnet" => "mpnet.",
        "modernbert" or "qwen3" or "gemma3_text" => "model.",
        "clip" or "clip_text_model" or "siglip" or "siglip_text_model" => "text_model.",
        _ => string.Empty,
    };

    // Positions begin behind the padding token's id, whatever it is; rows up to it belong to padding.
    private static int FirstPosition(ModelConfig config)
    {
        var padding = config.Has("pad_token_id") ? config.NumberOrNull("pad_token_id")!.Value : UsualPadding;
        return padding >= 0 && padding < config.Number("max_position_embeddings") - 1
            ? padding + 1
            : throw config.Unsupported($"the padding token {padding}, behind which positions begin, of {config.Number("max_position_embeddings")} positions");
    }

    private static SimileException Unknown(EncoderCheckpoint checkpoint) =>
        checkpoint.Config.Unsupported($"a network of the kind '{checkpoint.Kind}' (known: {string.Join(", ", Kinds)})");
}
