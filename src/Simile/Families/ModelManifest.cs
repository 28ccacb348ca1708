using Simile.Engine.Files;
using Simile.Models;

namespace Simile.Families;

/// <summary>What a model folder says of itself, read once: its modules, its configuration, its family, and what it embeds.
/// Immutable.</summary>
internal sealed class ModelManifest
{
    /// <summary>The model_type of a folder that joins a text model and an image model by an alignment.</summary>
    public const string AlignmentType = "simile-alignment";

    /// <summary>The file that holds an alignment's heads.</summary>
    public const string AlignmentFile = "alignment.safetensors";

    private ModelManifest(ModelFolder folder)
    {
        Folder = folder;
        Modules = ModelModules.Read(folder);
        Config = folder.ReadConfig(NetworkPath, "config.json");
        ModelType = Config?.TextOrNull("model_type");
        Family = ModelFamilies.Find(ModelType);
        Modality = ReadModality();
    }

    /// <summary>The folder.</summary>
    public ModelFolder Folder { get; }

    /// <summary>The folder's name, or <c>org/name</c> in the hub's cache.</summary>
    public string Name => Folder.Name;

    /// <summary>The model_type of the network's config.json; null where there is none.</summary>
    public string? ModelType { get; }

    /// <summary>What the model embeds.</summary>
    public Modality Modality { get; }

    /// <summary>Whether it is two models that an alignment joins.</summary>
    public bool IsAlignment => ModelType == AlignmentType;

    /// <summary>The model of texts into whose space a model of pictures was trained, or null.</summary>
    public string? Partner => Folder.ReadConfig(string.Empty, "config.json")?.Child("aligned_with")?.TextOrNull("model");

    /// <summary>The modules of modules.json; empty where there is none.</summary>
    internal ModelModules Modules { get; }

    /// <summary>config.json of the network, or null.</summary>
    internal ModelConfig? Config { get; }

    /// <summary>The family of the network, or null where none answers to its model_type.</summary>
    internal ModelFamily? Family { get; }

    /// <summary>The folder inside the model's that holds its network; empty for the model's own.</summary>
    internal string NetworkPath => Modules.TransformerPath;

    /// <summary>The folder inside the model's that holds its network of pictures.</summary>
    internal string ImagePath => Modality.HasFlag(Modality.Image) ? NetworkPath : string.Empty;

    /// <summary>Whether it is a transformer of texts, alone or as the first module of a sentence-transformers model.</summary>
    internal bool HoldsTransformer =>
        Modules.Types is ["Transformer" or "CLIPModel", ..] || (Modules.Types.IsEmpty && ModelType is not (null or StaticFamily.ModelType));

    /// <summary>Whether an adapter lies with the network.</summary>
    internal bool HasAdapter => AdapterConfig.Has(Folder, NetworkPath);

    /// <summary>tokenizer_config.json, or null.</summary>
    internal ModelConfig? TokenizerConfig => Folder.ReadConfig(NetworkPath, "tokenizer_config.json");

    /// <summary>The limit of the tokenizer, or null; 10^30 is the "none" of Hugging Face's library.</summary>
    internal int? TokenizerLimit => TokenizerConfig?.LimitOrNull("model_max_length");

    /// <summary>Reads a folder.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.UnsupportedModel"/> when a configuration file is no JSON.</exception>
    public static ModelManifest Read(ModelFolder folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        return new ModelManifest(folder);
    }

    /// <summary>The configuration of a network that cannot do without.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.ModelNotFound"/>.</exception>
    internal ModelConfig RequireConfig() =>
        Config ?? throw new SimileException(ErrorCode.ModelNotFound, $"{Folder.Path} has no config.json. Fetch the model again.");

    // sentence-transformers wrote CLIP as a module of its own until 5.4, and as any Transformer since.
    private Modality ReadModality()
    {
        const Modality both = Modality.Text | Modality.Image;
        if (!Modules.Types.IsEmpty)
        {
            return Modules.Types is ["CLIPModel", ..] || (Modules.Types is ["Transformer", ..] && EmbedsBoth()) ? both : Modality.Text;
        }

        return ModelType switch
        {
            AlignmentType => both,
            null when AdapterConfig.Has(Folder, string.Empty) => Modality.Text,
            null => HoldsBareWeights() ? Modality.Image : Modality.None,
            _ => Family?.Embeds(ModelType) ?? Modality.Text,
        };

        bool EmbedsBoth() => Family?.Embeds(ModelType!) == both;
    }

    // torchvision's checkpoints come without any configuration, timm's without a model_type.
    private bool HoldsBareWeights() =>
        (Config is null || Config.Has("architecture")) && RegularFile.Exists(Folder.File("model.safetensors"));
}
