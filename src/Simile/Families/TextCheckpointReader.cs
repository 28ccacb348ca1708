using System.Collections.Immutable;
using Simile.Engine.Functions;
using Simile.Models;

namespace Simile.Families;

/// <summary>Reads a sentence-transformers folder, or a bare transformer, into a <see cref="TextCheckpoint"/>.</summary>
internal static class TextCheckpointReader
{
    /// <summary>Reads a folder.</summary>
    /// <param name="manifest">The model.</param>
    /// <param name="weights">The model that an adapter belongs to, where the folder has no weights of its own.</param>
    /// <exception cref="SimileException">A code of the 200s.</exception>
    public static TextCheckpoint Read(ModelManifest manifest, ModelManifest? weights = null)
    {
        if (weights is not null)
        {
            return OfAdapter(manifest, weights);
        }

        PairScoring.RefuseToEmbed(manifest.Folder);
        _ = manifest.RequireConfig().Text("model_type");
        var read = manifest.Family is { } family ? family.Describe(manifest) : OfStates(manifest);
        return read with { AdapterFolder = manifest.HasAdapter ? manifest.Folder.File(manifest.NetworkPath) : null };
    }

    // What an adapter's own folder says goes before what its base says; a base alone has no pooling of its own.
    private static TextCheckpoint OfAdapter(ModelManifest manifest, ModelManifest weights)
    {
        var under = Read(weights);
        var (folder, path, isBare) = (manifest.Folder, manifest.NetworkPath, manifest.Modules.Types.IsEmpty);
        if (under.AdapterFolder is not null)
        {
            throw new SimileException(
                ErrorCode.UnsupportedModel,
                $"The adapter of {folder.Path} belongs to {weights.Folder.Path}, which is an adapter itself. Merge the first one into "
                    + "its base."
            );
        }

        var own = isBare ? under : OfStates(manifest, under.Config);
        var hasTokenizer = File.Exists(folder.File(path, "tokenizer.json")) || File.Exists(folder.File(path, "tokenizer_config.json"));
        return own with
        {
            Folder = under.Folder,
            TokenizerFolder = hasTokenizer ? folder.File(path) : under.TokenizerFolder,
            AdapterFolder = folder.File(path),
            MaxTokens = own.MaxTokens ?? under.MaxTokens,
            Notes =
            [
                $"{folder.Name} is an adapter; its base is "
                    + $"{weights.Folder.Path}{(isBare ? ", whose pooling and prompts are taken" : string.Empty)}.",
            ],
        };
    }

    /// <summary>Reads a model whose tokens' states are pooled: most are.</summary>
    /// <param name="manifest">The model.</param>
    /// <param name="base">config.json of the model that an adapter belongs to, or null for the folder's own.</param>
    public static TextCheckpoint OfStates(ModelManifest manifest, ModelConfig? @base = null)
    {
        var (folder, basePath, modules, config) = (
            manifest.Folder,
            manifest.NetworkPath,
            manifest.Modules,
            @base ?? manifest.RequireConfig()
        );
        var transformer = TransformerSettings.Read(folder, basePath);
        var sentence = SentenceConfig.Read(folder);
        var pooling = Pooling(folder, modules);
        return new TextCheckpoint
        {
            Folder = folder.File(basePath),
            TokenizerFolder = folder.File(basePath),
            Config = config,
            Kind = config.Text("model_type"),
            Pooling = pooling is null ? [PoolingMode.Mean] : PoolingConfig.Read(pooling),
            PoolingAssumed = pooling is null,
            PooledDimensions = pooling?.NumberOrNull("embedding_dimension", "word_embedding_dimension"),
            PoolsPrompt = pooling?.FlagOrNull("include_prompt") ?? true,
            Dense = Dense(folder, modules),
            Normalize = NormalizesAtEnd(folder, modules),
            Lowercase = transformer.Lowercase,
            MaxTokens = transformer.MaxTokens ?? manifest.TokenizerLimit,
            TrainedDimensions = sentence.TrainedDimensions.IsEmpty ? config.Numbers("matryoshka_dimensions") : sentence.TrainedDimensions,
            Sentence = sentence,
        };
    }

    private static ModelConfig? Pooling(ModelFolder folder, ModelModules modules)
    {
        var index = modules.Types.IndexOf("Pooling");
        return index < 0
            ? null
            : folder.ReadConfig(modules.Paths[index], "config.json")
                ?? throw new SimileException(
                    ErrorCode.UnsupportedModel,
                    $"{folder.File(modules.Paths[index])} has no config.json, so the pooling is unknown. Fetch the model again."
                );
    }

    private static ImmutableArray<DenseCheckpoint> Dense(ModelFolder folder, ModelModules modules)
    {
        var layers = ImmutableArray.CreateBuilder<DenseCheckpoint>();
        var normalizes = false;
        for (var i = 1; i < modules.Types.Length; i++)
        {
            if (modules.Types[i] == "Dense")
            {
                layers.Add(Dense(folder, modules.Paths[i]) with { NormalizesInput = normalizes });
            }

            normalizes = modules.Types[i] switch
            {
                "Normalize" => true,
                "Dense" => false,
                _ => normalizes,
            };
        }

        return layers.ToImmutable();
    }

    /// <summary>Whether the last module scales vectors to unit length.</summary>
    public static bool NormalizesAtEnd(ModelFolder folder, ModelModules modules)
    {
        foreach (var (type, path) in modules.Types.Zip(modules.Paths))
        {
            if (type == "Normalize")
            {
                RequireVectors(folder.ReadConfig(path, "config.json"));
            }
        }

        return modules.Normalize;
    }

    private static DenseCheckpoint Dense(ModelFolder folder, string path)
    {
        var config =
            folder.ReadConfig(path, "config.json")
            ?? throw new SimileException(
                ErrorCode.UnsupportedModel,
                $"{folder.File(path)} has no config.json, so the dense layer is unknown. Fetch the model again."
            );
        RequireVectors(config);
        var function = config.TextOrNull("activation_function") ?? "torch.nn.modules.activation.Tanh";
        ActivationKind kind = function.Split('.')[^1] switch
        {
            "Identity" => ActivationKind.Identity,
            "Tanh" => ActivationKind.Tanh,
            "ReLU" => ActivationKind.Relu,
            "GELU" => ActivationKind.Gelu,
            "SiLU" => ActivationKind.Silu,
            _ => throw config.Unsupported($"the activation '{function}'"),
        };
        return new DenseCheckpoint(
            folder.File(path),
            config.Number("in_features"),
            config.Number("out_features"),
            config.FlagOrNull("bias") ?? true,
            kind
        )
        {
            HasResidual = config.FlagOrNull("use_residual") ?? false,
        };
    }

    private static void RequireVectors(ModelConfig? config)
    {
        config?.Require("module_input_name", "sentence_embedding");
        config?.Require("module_output_name", "sentence_embedding");
    }
}
