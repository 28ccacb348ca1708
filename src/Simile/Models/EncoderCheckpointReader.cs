using System.Collections.Immutable;
using Simile.Engine.Functions;

namespace Simile.Models;

/// <summary>Reads a sentence-transformers folder, or a bare transformer, into an <see cref="EncoderCheckpoint"/>.</summary>
internal static class EncoderCheckpointReader
{
    public static EncoderCheckpoint Read(ModelFolder folder)
    {
        var modules = ModelModules.Read(folder);
        var basePath = modules.Types is ["Transformer" or "CLIPModel", ..] ? modules.Paths[0] : string.Empty;
        var config = folder.ReadConfig(basePath, "config.json")
            ?? throw new SimileException(ErrorCode.ModelNotFound, $"{folder.Path} has no config.json. Fetch the model again.");
        if (ClipTextReader.IsClip(config.Text("model_type")))
        {
            return ClipTextReader.Read(folder, basePath, config, modules);
        }

        if (SiglipTextReader.IsSiglip(config.Text("model_type")))
        {
            return SiglipTextReader.Read(folder, config, modules);
        }

        var transformer = folder.ReadConfig(basePath, "sentence_bert_config.json");
        var general = folder.ReadConfig(string.Empty, "config_sentence_transformers.json");
        var pooling = Pooling(folder, modules);
        return new EncoderCheckpoint
        {
            Folder = folder.File(basePath),
            Config = config,
            Kind = config.Text("model_type"),
            Pooling = pooling.Modes,
            PoolingAssumed = pooling.Assumed,
            PoolsPrompt = pooling.WithPrompt,
            Dense = [.. modules.Types.Select((type, i) => (type, i)).Where(module => module.type == "Dense").Select(module => Dense(folder, modules.Paths[module.i]))],
            Normalize = modules.Normalize,
            Lowercase = transformer?.FlagOrNull("do_lower_case") ?? false,
            MaxTokens = MaxTokens(folder, basePath, transformer),
            TrainedDimensions = general?.Numbers("matryoshka_dimensions", "matryoshka_dims") is { Length: > 0 } trained ? trained : config.Numbers("matryoshka_dimensions"),
            Prompts = general?.Texts("prompts") ?? ImmutableDictionary<string, string>.Empty,
            DefaultPrompt = general?.TextOrNull("default_prompt_name"),
            SimilarityName = general?.TextOrNull("similarity_fn_name"),
        };
    }

    // sentence_bert_config.json decides; without it the tokenizer's own limit, unless that is the "none" of the library (10^30).
    private static int? MaxTokens(ModelFolder folder, string basePath, ModelConfig? transformer) =>
        transformer?.NumberOrNull("max_seq_length") is { } limit and > 0
            ? limit
            : folder.ReadConfig(basePath, "tokenizer_config.json")?.NumberOrNull("model_max_length") is { } own and > 0 ? own : null;

    private static (ImmutableArray<PoolingMode> Modes, bool Assumed, bool WithPrompt) Pooling(ModelFolder folder, ModelModules modules)
    {
        var index = modules.Types.IndexOf("Pooling");
        if (index < 0)
        {
            return ([PoolingMode.Mean], true, true);
        }

        var config = folder.ReadConfig(modules.Paths[index], "config.json")
            ?? throw new SimileException(ErrorCode.UnsupportedModel, $"{folder.File(modules.Paths[index])} has no config.json, so the pooling is unknown. Fetch the model again.");
        var modes = PoolingConfig.Read(config);
        return (modes, false, config.FlagOrNull("include_prompt") ?? true);
    }

    private static DenseCheckpoint Dense(ModelFolder folder, string path)
    {
        var config = folder.ReadConfig(path, "config.json")
            ?? throw new SimileException(ErrorCode.UnsupportedModel, $"{folder.File(path)} has no config.json, so the dense layer is unknown. Fetch the model again.");
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
        return new DenseCheckpoint(folder.File(path), config.Number("in_features"), config.Number("out_features"), config.FlagOrNull("bias") ?? true, kind);
    }
}
