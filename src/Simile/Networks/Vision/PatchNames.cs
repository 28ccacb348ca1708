using Simile.Engine.Checkpoints;

namespace Simile.Networks.Vision;

/// <summary>How a layout names the parts of a vision transformer.</summary>
internal sealed record PatchNames
{
    /// <summary>The row before the patches, or null where a probe pools them.</summary>
    public string? Class { get; init; }

    /// <summary>What stands before the names of the probe that pools the patches (SigLIP), or null.</summary>
    public string? Pooling { get; init; }

    /// <summary>The positions.</summary>
    public required string Positions { get; init; }

    /// <summary>Axes of the positions' tensor.</summary>
    public int PositionAxes { get; init; } = 3;

    /// <summary>The convolution that cuts patches.</summary>
    public required string Projection { get; init; }

    /// <summary>The norm before the first layer, or null.</summary>
    public string? PreNorm { get; init; }

    /// <summary>The norm behind the last layer.</summary>
    public required string FinalNorm { get; init; }

    /// <summary>What stands before the names of a layer.</summary>
    public required Func<int, string> Layer { get; init; }

    /// <summary>Queries, keys and values: three names, or one for all.</summary>
    public required string[] QueryKeyValue { get; init; }

    /// <summary>Attention's output product.</summary>
    public required string Output { get; init; }

    /// <summary>The norm before attention.</summary>
    public required string AttentionNorm { get; init; }

    /// <summary>The norm before the feed-forward part.</summary>
    public required string FeedForwardNorm { get; init; }

    /// <summary>The first product of the feed-forward part.</summary>
    public required string FeedForwardIn { get; init; }

    /// <summary>The second.</summary>
    public required string FeedForwardOut { get; init; }

    /// <summary>The product behind the network (CLIP), or null.</summary>
    public string? Head { get; init; }

    /// <summary>What the names of parts begin with that are cut off or belong to another tower.</summary>
    public required string[] Ignored { get; init; }

    /// <summary>Hugging Face's ViTModel.</summary>
    /// <param name="prefix"><c>vit.</c> in checkpoints with a head, or nothing.</param>
    public static PatchNames Vit(string prefix) => new()
    {
        Class = prefix + "embeddings.cls_token",
        Positions = prefix + "embeddings.position_embeddings",
        Projection = prefix + "embeddings.patch_embeddings.projection",
        FinalNorm = prefix + "layernorm",
        Layer = index => $"{prefix}encoder.layer.{index}.",
        QueryKeyValue = ["attention.attention.query", "attention.attention.key", "attention.attention.value"],
        Output = "attention.output.dense",
        AttentionNorm = "layernorm_before",
        FeedForwardNorm = "layernorm_after",
        FeedForwardIn = "intermediate.dense",
        FeedForwardOut = "output.dense",
        Ignored = [prefix + "pooler.", "pooler.", "classifier."],
    };

    /// <summary>timm's vision transformers.</summary>
    public static PatchNames Timm { get; } = new()
    {
        Class = "cls_token",
        Positions = "pos_embed",
        Projection = "patch_embed.proj",
        FinalNorm = "norm",
        Layer = index => $"blocks.{index}.",
        QueryKeyValue = ["attn.qkv"],
        Output = "attn.proj",
        AttentionNorm = "norm1",
        FeedForwardNorm = "norm2",
        FeedForwardIn = "mlp.fc1",
        FeedForwardOut = "mlp.fc2",
        Ignored = ["head."],
    };

    /// <summary>The vision tower of Hugging Face's CLIPModel.</summary>
    public static PatchNames Clip { get; } = new()
    {
        Class = "vision_model.embeddings.class_embedding",
        Positions = "vision_model.embeddings.position_embedding.weight",
        PositionAxes = 2,
        Projection = "vision_model.embeddings.patch_embedding",
        PreNorm = "vision_model.pre_layrnorm",
        FinalNorm = "vision_model.post_layernorm",
        Layer = index => $"vision_model.encoder.layers.{index}.",
        QueryKeyValue = ["self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"],
        Output = "self_attn.out_proj",
        AttentionNorm = "layer_norm1",
        FeedForwardNorm = "layer_norm2",
        FeedForwardIn = "mlp.fc1",
        FeedForwardOut = "mlp.fc2",
        Head = "visual_projection.weight",
        Ignored = ["text_model.", "text_projection.", "logit_scale", "vision_model.embeddings.position_ids"],
    };

    /// <summary>The vision tower of Hugging Face's SiglipModel.</summary>
    public static PatchNames Siglip { get; } = Clip with
    {
        Class = null,
        Pooling = "vision_model.head.",
        PreNorm = null,
        Head = null,
        Ignored = ["text_model.", "logit_scale", "logit_bias", "vision_model.embeddings.position_ids"],
    };

    /// <summary>Whether a checkpoint has this layout.</summary>
    public bool Fits(SafetensorsSet weights) => weights.Has(Projection + ".weight") && (Pooling is null || weights.Has(Pooling + "probe"));
}
