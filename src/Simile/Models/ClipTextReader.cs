namespace Simile.Models;

/// <summary>Reads where the text tower of a CLIP model lies. What config.json leaves out has the value of ViT-B/32, as in Hugging Face's library.</summary>
internal static class ClipTextReader
{
    public const int Hidden = 512;
    public const int Positions = 77;
    private const int Vocabulary = 49408;
    private const int UsualProjection = 512;

    /// <summary>Whether a model_type is CLIP's: both towers, or the text tower with its projection.</summary>
    public static bool IsClip(string kind) => kind is "clip" or "clip_text_model";

    /// <summary>Reads the text tower.</summary>
    /// <param name="folder">The model's folder.</param>
    /// <param name="basePath">The folder inside it that has config.json.</param>
    /// <param name="config">config.json.</param>
    /// <param name="modules">The modules around it.</param>
    public static EncoderCheckpoint Read(ModelFolder folder, string basePath, ModelConfig config, ModelModules modules)
    {
        if (modules.Types.Skip(1).FirstOrDefault(type => type is not ("Normalize" or "Dropout")) is { } foreign)
        {
            throw config.Unsupported($"a module of type '{foreign}' behind CLIP");
        }

        RefuseOverrides(config);
        var transformer = TransformerSettings.Read(folder, basePath, givesVectors: true);
        var sentence = SentenceConfig.Read(folder);
        var text = config.Child("text_config") ?? config;
        return new EncoderCheckpoint
        {
            Folder = folder.File(basePath),
            TokenizerFolder = folder.File(basePath),
            Config = text,
            Kind = config.Text("model_type"),
            Pooling = [PoolingMode.LastToken],
            Vocabulary = text.NumberOr("vocab_size", Vocabulary),
            Projection = config.NumberOr("projection_dim", UsualProjection),
            Normalize = true,
            Lowercase = transformer.Lowercase,
            MaxTokens = transformer.MaxTokens ?? EncoderCheckpointReader.TokenizerLimit(folder, basePath) ?? text.NumberOr("max_position_embeddings", Positions),
            TrainedDimensions = sentence.TrainedDimensions,
            Sentence = sentence,
        };
    }

    /// <summary>Refuses text_config_dict and vision_config_dict where they say something else than text_config and vision_config: transformers lets them win.</summary>
    public static void RefuseOverrides(ModelConfig config)
    {
        foreach (var name in new[] { "text_config", "vision_config" })
        {
            var (own, other) = (config.Child(name), config.Child(name + "_dict"));
            if (config.NamesOf(name + "_dict").FirstOrDefault(key => other!.Written(key) is { } value && value != own?.Written(key)) is { } key)
            {
                throw config.Unsupported($"'{key}' {other!.Written(key)} in {name}_dict, but {own?.Written(key) ?? "nothing"} in {name}");
            }
        }
    }
}
