namespace Simile.Models;

/// <summary>Reads where the text tower of a SigLIP model lies. What config.json leaves out has the value of the base size, as in Hugging Face's library.</summary>
internal static class SiglipTextReader
{
    public const int Hidden = 768;
    public const int Positions = 64;
    private const int Vocabulary = 32000;
    private const int UsualPadding = 1;

    /// <summary>Whether a model_type is SigLIP's: both towers, or the text tower.</summary>
    public static bool IsSiglip(string kind) => kind is "siglip" or "siglip_text_model";

    /// <summary>Reads the text tower.</summary>
    /// <param name="folder">The model's folder.</param>
    /// <param name="basePath">The folder inside it that has config.json.</param>
    /// <param name="config">config.json.</param>
    /// <param name="modules">The modules around it.</param>
    public static EncoderCheckpoint Read(ModelFolder folder, string basePath, ModelConfig config, ModelModules modules)
    {
        if (modules.Types.Skip(1).FirstOrDefault(type => type is not ("Normalize" or "Dropout")) is { } foreign)
        {
            throw config.Unsupported($"a module of type '{foreign}' behind SigLIP");
        }

        ClipTextReader.RefuseOverrides(config);
        var transformer = TransformerSettings.Read(folder, basePath, givesVectors: true);
        var sentence = SentenceConfig.Read(folder);
        var text = config.Child("text_config") ?? config;
        var tokenizer = folder.ReadConfig(basePath, "tokenizer_config.json");
        return new EncoderCheckpoint
        {
            Folder = folder.File(basePath),
            TokenizerFolder = folder.File(basePath),
            Config = text,
            Kind = config.Text("model_type"),
            Pooling = [PoolingMode.LastToken],
            Vocabulary = text.NumberOr("vocab_size", Vocabulary),
            Projection = text.NumberOr("projection_size", text.NumberOr("hidden_size", Hidden)),
            Padding = new PaddingToken(tokenizer?.Child("pad_token") is { } token ? token.TextOrNull("content") : tokenizer?.TextOrNull("pad_token"), text.NumberOrNull("pad_token_id") ?? UsualPadding),
            Normalize = true,
            Lowercase = transformer.Lowercase,
            MaxTokens = transformer.MaxTokens ?? tokenizer?.LimitOrNull("model_max_length") ?? text.NumberOr("max_position_embeddings", Positions),
            TrainedDimensions = sentence.TrainedDimensions,
            Sentence = sentence,
        };
    }
}
