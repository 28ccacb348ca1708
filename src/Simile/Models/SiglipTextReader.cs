using System.Collections.Immutable;

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
    /// <param name="config">config.json.</param>
    /// <param name="modules">The modules around it; none are known.</param>
    public static EncoderCheckpoint Read(ModelFolder folder, ModelConfig config, ModelModules modules)
    {
        if (!modules.Types.IsEmpty)
        {
            throw config.Unsupported("SigLIP among modules of sentence-transformers");
        }

        var text = config.Child("text_config") ?? config;
        var tokenizer = folder.ReadConfig(string.Empty, "tokenizer_config.json");
        return new EncoderCheckpoint
        {
            Folder = folder.Path,
            Config = text,
            Kind = config.Text("model_type"),
            Pooling = [PoolingMode.LastToken],
            Vocabulary = text.NumberOr("vocab_size", Vocabulary),
            Projection = text.NumberOr("projection_size", text.NumberOr("hidden_size", Hidden)),
            Padding = new PaddingToken(tokenizer?.TextOrNull("pad_token") ?? tokenizer?.Child("pad_token")?.TextOrNull("content"), text.NumberOrNull("pad_token_id") ?? UsualPadding),
            Normalize = true,
            MaxTokens = tokenizer?.NumberOrNull("model_max_length") is { } own and > 0 ? own : text.NumberOr("max_position_embeddings", Positions),
            Prompts = ImmutableDictionary<string, string>.Empty,
        };
    }
}
