using System.Collections.Immutable;
using Simile.Models;

namespace Simile.Families;

/// <summary>Tables of token vectors: sentence-transformers' StaticEmbedding, and model2vec. Their network is a mean, so there is no
/// transformer to read.</summary>
internal sealed class StaticFamily : ModelFamily
{
    /// <summary>What config.json calls model2vec's.</summary>
    public const string ModelType = "model2vec";

    /// <summary>What users are told.</summary>
    public const string Kind = "static";

    public override ImmutableArray<string> ModelTypes { get; } = [ModelType];

    /// <summary>Reads where the parts of a folder's model lie.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.UnsupportedModel"/> for any other model,
    /// <see cref="ErrorCode.ModelNotFound"/> for a folder without one.</exception>
    public static StaticCheckpoint Read(ModelManifest manifest)
    {
        var (folder, modules, config) = (manifest.Folder, manifest.Modules, manifest.Config);
        var sentence = SentenceConfig.Read(folder);
        var trained =
            sentence.TrainedDimensions.IsEmpty && config is not null ? config.Numbers("matryoshka_dimensions") : sentence.TrainedDimensions;
        var normalize = TextCheckpointReader.NormalizesAtEnd(folder, modules);
        if (config is not null && manifest.ModelType == ModelType)
        {
            return new StaticCheckpoint
            {
                WeightsPath = folder.File("model.safetensors"),
                TokenizerPath = folder.File("tokenizer.json"),
                Normalize = config.FlagOrNull("normalize") ?? normalize,
                TrainedDimensions = trained,
                MaxTokens = config.LimitOrNull("seq_length"),
                Sentence = sentence,
            };
        }

        if (modules.StaticPath is { } path)
        {
            return new StaticCheckpoint
            {
                WeightsPath = folder.File(path, "model.safetensors"),
                TokenizerPath = folder.File(path, "tokenizer.json"),
                Normalize = normalize,
                CountsUnknown = true,
                TrainedDimensions = trained,
                MaxTokens = TokenizerTruncation.Read(folder.File(path, "tokenizer.json")),
                Sentence = sentence,
            };
        }

        throw NotStatic(manifest);
    }

    /// <summary>The error for a folder that holds no static model, whatever else it holds.</summary>
    public static SimileException NotStatic(ModelManifest manifest)
    {
        var (path, types) = (manifest.Folder.Path, manifest.Modules.Types);
        var kind = manifest.ModelType ?? (types.Length > 0 ? string.Join(" + ", types) : null);
        return kind is null
            ? new SimileException(
                ErrorCode.ModelNotFound,
                $"{path} holds no model: there is neither modules.json nor config.json with a model_type. Name the folder that a "
                    + "model was downloaded or trained into."
            )
            : new SimileException(
                ErrorCode.UnsupportedModel,
                $"{path} holds a model of type '{kind}', which is no static embedding model (StaticEmbedding, model2vec)."
            );
    }
}
