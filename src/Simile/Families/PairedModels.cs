using Simile.Engine.Tensors;
using Simile.Engine.Transformers;
using Simile.Inference;
using Simile.Models;

namespace Simile.Families;

/// <summary>What CLIP and SigLIP share: a network of texts and one of pictures that were trained into one space, in the names of Hugging
/// Face's CLIPModel and SiglipModel.</summary>
/// <remarks>Radford et al. 2021; Zhai et al. 2023.</remarks>
internal static class PairedModels
{
    internal const string TextPrefix = "text_model.";

    internal static readonly LayerNames Names = new()
    {
        Layer = "encoder.layers.{0}.",
        QueryKeyValue = ["self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"],
        Output = "self_attn.out_proj",
        AttentionNorm = "layer_norm1",
        FeedForwardIn = "mlp.fc1",
        FeedForwardOut = "mlp.fc2",
        FeedForwardNorm = "layer_norm2",
    };

    private static readonly string[] PictureTensors =
    [
        "vision_model.",
        "visual_projection.",
        "logit_scale",
        "logit_bias",
        "text_model.embeddings.position_ids",
    ];

    /// <summary>By what cosines are multiplied before a softmax makes probabilities of them: e to the learned logit_scale, 100 in OpenAI's
    /// models.</summary>
    /// <param name="manifest">A model folder.</param>
    /// <returns>The factor, or null when the checkpoint has none.</returns>
    /// <exception cref="SimileException"><see cref="ErrorCode.BadCheckpoint"/> when the tensor is not one number of a useful size;
    /// <see cref="ErrorCode.ModelNotFound"/> when there are no weights.</exception>
    public static float? LogitScale(ModelManifest manifest) => Number(manifest, "logit_scale", MathF.Exp);

    /// <summary>What is added to scaled cosines before a logistic function makes a probability of each (SigLIP).</summary>
    /// <param name="manifest">A model folder.</param>
    /// <returns>The learned logit_bias, or null when the checkpoint has none, as CLIP's.</returns>
    /// <exception cref="SimileException"><see cref="ErrorCode.BadCheckpoint"/>, <see cref="ErrorCode.ModelNotFound"/>.</exception>
    public static float? LogitBias(ModelManifest manifest) => Number(manifest, "logit_bias", value => value);

    /// <summary>Reads where the network of texts lies; the families add what is their own.</summary>
    internal static TextCheckpoint Describe(ModelManifest manifest, string name)
    {
        var (folder, path, config) = (manifest.Folder, manifest.NetworkPath, manifest.RequireConfig());
        if (manifest.Modules.Types.Skip(1).FirstOrDefault(type => type is not ("Normalize" or "Dropout")) is { } foreign)
        {
            throw config.Unsupported($"a module of type '{foreign}' behind {name}");
        }

        RefuseOverrides(config);
        var transformer = TransformerSettings.Read(folder, path, givesVectors: true);
        var sentence = SentenceConfig.Read(folder);
        return new TextCheckpoint
        {
            Folder = folder.File(path),
            TokenizerFolder = folder.File(path),
            Config = config.Child("text_config") ?? config,
            Kind = config.Text("model_type"),
            Pooling = [PoolingMode.LastToken],
            Normalize = true,
            Lowercase = transformer.Lowercase,
            MaxTokens = transformer.MaxTokens,
            TrainedDimensions = sentence.TrainedDimensions,
            Sentence = sentence,
        };
    }

    /// <summary>The network of texts, which a family's shape and product complete.</summary>
    internal static TextTransformer Text(TextSource source, TransformerConfig shape)
    {
        var tensors = source.Tensors;
        tensors.Skip(PictureTensors);
        return new TextTransformer
        {
            Shape = shape,
            Embedding = new EmbeddingWeights
            {
                Table = tensors.Rows("embeddings.token_embedding.weight"),
                Positions = tensors.Read("embeddings.position_embedding.weight", shape.Positions, shape.Hidden),
            },
            Layers = Names.ReadAll(tensors, shape, source.Checkpoint.Config.NumberOr("num_hidden_layers", 12)),
            FinalNorm = tensors.ReadNorm("final_layer_norm", shape.Hidden),
            RequireAllRead = () =>
                tensors.RequireAllRead(
                    "the network that config.json describes does not have. Variants with other parts are not supported."
                ),
        };
    }

    // text_config_dict and vision_config_dict may not say something else than text_config and vision_config: transformers lets them win.
    private static void RefuseOverrides(ModelConfig config)
    {
        foreach (var name in new[] { "text_config", "vision_config" })
        {
            var (own, other) = (config.Child(name), config.Child(name + "_dict"));
            if (
                config.NamesOf(name + "_dict").FirstOrDefault(key => other!.Written(key) is { } value && value != own?.Written(key)) is
                { } key
            )
            {
                throw config.Unsupported($"'{key}' {other!.Written(key)} in {name}_dict, but {own?.Written(key) ?? "nothing"} in {name}");
            }
        }
    }

    private static float? Number(ModelManifest manifest, string name, Func<float, float> function)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        using var weights = Checkpoint.Open(manifest.Folder.File(manifest.ImagePath));
        if (!weights.Tensors.TryGetValue(name, out var tensor))
        {
            return null;
        }

        return weights.ReadFloats(name) is [var value] && float.IsFinite(function(value))
            ? function(value)
            : throw new SimileException(
                ErrorCode.BadCheckpoint,
                $"The tensor '{name}' of {tensor.Path} has the shape {tensor.ShapeText}; one number of a useful size is wanted."
            );
    }
}
