using Simile.Engine.Checkpoints;
using Simile.Models;

namespace Simile.Networks.Encoders;

/// <summary>Picks the layout of a checkpoint by its model_type.</summary>
internal static class EncoderLayouts
{
    private const int RobertaFirstPosition = 2;

    /// <summary>The kinds of networks there are.</summary>
    public static IReadOnlyList<string> Kinds { get; } = ["bert", "roberta", "xlm-roberta", "camembert", "distilbert", "mpnet", "modernbert", "nomic_bert", "clip", "clip_text_model", "siglip", "siglip_text_model"];

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
        return checkpoint.Kind switch
        {
            "bert" => new BertLayout(config, weights, Prefix(weights, "bert.", "embeddings."), firstPosition: 0),
            "roberta" or "xlm-roberta" or "camembert" => new BertLayout(config, weights, Prefix(weights, "roberta.", "embeddings."), RobertaFirstPosition),
            "distilbert" => new DistilBertLayout(config, weights, Prefix(weights, "distilbert.", "embeddings.")),
            "mpnet" => new MpNetLayout(config, weights, Prefix(weights, "mpnet.", "embeddings.")),
            "modernbert" => new ModernBertLayout(config, weights, Prefix(weights, "model.", "embeddings.")),
            "nomic_bert" => new NomicBertLayout(config, weights, string.Empty),
            "clip" or "clip_text_model" => new ClipTextLayout(config, weights, checkpoint.Projection!.Value),
            "siglip" or "siglip_text_model" => new SiglipTextLayout(config, weights, checkpoint.Projection!.Value),
            _ => throw Unknown(checkpoint),
        };
    }

    private static SimileException Unknown(EncoderCheckpoint checkpoint) =>
        checkpoint.Config.Unsupported($"a network of the kind '{checkpoint.Kind}' (known: {string.Join(", ", Kinds)})");

    // A checkpoint of the network alone has bare names; one with a head on top puts the network's name first.
    private static string Prefix(SafetensorsSet weights, string withHead, string probe) =>
        weights.Names.Any(name => name.StartsWith(probe, StringComparison.Ordinal)) ? string.Empty : withHead;
}
