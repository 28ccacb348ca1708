using System.Collections.Immutable;
using Simile.Engine.Products;
using Simile.Engine.Tensors;
using Simile.Engine.Transformers;
using Simile.Families;
using Simile.Hub;
using Simile.Inference;
using Simile.Models;
using Simile.Tokenization;
using Simile.Vectors;

namespace Simile.Text;

/// <summary>Puts an embedder together from a model folder.</summary>
internal static class TextEmbedderLoader
{
    public static TextEmbedder Load(ModelManifest manifest, TextEmbedderOptions options, TimeProvider time)
    {
        var checkedOptions = options.Checked();
        var adapted = AdapterBase.Find(manifest);
        if (checkedOptions.Engine is { } engine && (adapted is not null || manifest.HasAdapter))
        {
            throw new SimileException(
                ErrorCode.UnsupportedModel,
                $"{manifest.Folder.Path} has an adapter ({AdapterConfig.FileName}), which the engine '{engine.Name}' cannot merge into a "
                    + "graph. Leave the engine out, or export the merged model."
            );
        }

        if (adapted is not null || manifest.HoldsTransformer)
        {
            return LoadTransformer(manifest.Folder, TextCheckpointReader.Read(manifest, adapted), checkedOptions, time);
        }

        return manifest.HasAdapter
            ? throw new SimileException(
                ErrorCode.UnsupportedModel,
                $"{manifest.Folder.Path} has an adapter ({AdapterConfig.FileName}) beside a static embedding model, which has no "
                    + "layers to adapt."
            )
            : LoadStatic(manifest.Folder, StaticFamily.Read(manifest), checkedOptions, time);
    }

    private static TextEmbedder LoadStatic(ModelFolder folder, StaticCheckpoint checkpoint, TextEmbedderOptions options, TimeProvider time)
    {
        if (options.Engine is { } engine)
        {
            throw new SimileException(
                ErrorCode.InvalidOption,
                $"The static model {folder.Name} is a table without a network: the engine '{engine.Name}' has nothing to compute. Leave "
                    + "the engine out."
            );
        }

        if (options.Precision != ComputePrecision.Float32)
        {
            throw new SimileException(
                ErrorCode.InvalidOption,
                $"The static model {folder.Name} has no products that could be computed in {options.Precision}. Use Float32."
            );
        }

        var tokenizer = TokenizerFile.Load(checkpoint.TokenizerPath);
        using var file = SafetensorsFile.Open(checkpoint.WeightsPath);
        var network = StaticEmbeddingNetwork.Load(file);
        var digest = WeightsDigest.Of([checkpoint.WeightsPath]);
        file.EnsureUnchanged();
        var cut = VectorCut.Of(checkpoint.Sentence, network.Dimensions, checkpoint.Normalize);
        var space = cut.SpaceOf(WeightsDigest.SpaceId(folder, digest), MetricOf(checkpoint.Sentence), checkpoint.TrainedDimensions);
        var (prompts, promptNote) = PromptsOf(folder, checkpoint.Sentence, StaticFamily.Kind, null);
        var traits = new TextModelTraits(
            digest,
            checkpoint.MaxTokens,
            prompts,
            checkpoint.CountsUnknown ? "unknown" : "none",
            Notes([promptNote, RowsNote(tokenizer, network.Tokens)], folder),
            checkpoint.Sentence.DefaultPrompt
        )
        {
            Cut = cut,
            Search = SearchSettings.Read(folder, SearchSettings.OfStatic),
        };
        return new TextEmbedder(
            new StaticTextRunner(network, tokenizer, checkpoint.CountsUnknown, cut, options),
            tokenizer,
            space,
            traits,
            options,
            time
        );
    }

    private static TextEmbedder LoadTransformer(
        ModelFolder folder,
        TextCheckpoint checkpoint,
        TextEmbedderOptions options,
        TimeProvider time
    )
    {
        if (options.Engine is null)
        {
            // A kind that nobody knows is told before its tokenizer is looked at.
            ModelFamilies.OfTexts(checkpoint);
        }

        var opened = TokenizerFolder.Open(checkpoint.TokenizerFolder);
        var tokenizer = opened.Tokenizer;
        var network = NetworkOf(checkpoint, tokenizer, options);
        try
        {
            network.EndTokenPooling?.RequireFrom(tokenizer);
            var digest = WeightsDigest.Of(network.WeightFiles);
            network.EnsureUnchanged();
            var limit = Math.Min(checkpoint.MaxTokens ?? int.MaxValue, network.MaxTokens);
            RequireRoom(folder, tokenizer, limit);
            var cut = VectorCut.Of(checkpoint.Sentence, network.Dimensions, checkpoint.Normalize);
            var space = cut.SpaceOf(
                WeightsDigest.SpaceId(folder, digest, network.OwnOutput),
                MetricOf(checkpoint.Sentence),
                checkpoint.TrainedDimensions
            );
            var (prompts, promptNote) = PromptsOf(
                folder,
                checkpoint.Sentence,
                checkpoint.Kind,
                checkpoint.Config.TextOrNull("_name_or_path")
            );
            var notes = Notes(
                [
                    .. checkpoint.Notes,
                    .. options.Engine is null ? Checkpoint.NotesOf(checkpoint.Folder) : network.Notes,
                    .. opened.Notes,
                    network.OwnOutput is null ? PoolingNote(checkpoint) : null,
                    promptNote,
                    RowsNote(tokenizer, network.Tokens),
                    options.Engine is null ? CodeNote(checkpoint) : null,
                ],
                folder
            );
            var traits = new TextModelTraits(
                digest,
                limit,
                prompts,
                BehindOf(checkpoint, network),
                notes,
                checkpoint.Sentence.DefaultPrompt
            )
            {
                Cut = cut,
                Search = SearchSettings.Read(folder, SearchSettings.Usual),
            };
            return new TextEmbedder(
                new TextInference(network, opened, options, checkpoint.Lowercase, checkpoint.PoolsPrompt, cut),
                tokenizer,
                space,
                traits,
                options,
                time
            );
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }

    private static ITextEncoder NetworkOf(TextCheckpoint checkpoint, ITokenizer tokenizer, TextEmbedderOptions options)
    {
        var filler = checkpoint.Padding?.IdIn(tokenizer);
        var compute = new ComputeOptions { Precision = options.Precision, Level = options.Instructions };
        return options.Engine is { } engine
            ? engine.OpenTexts(
                new TextNetworkRequest(checkpoint, options.Threads) { Filler = filler, Probe = TextNetworkRequest.ProbeOf(tokenizer) }
            )
            : ModelFamilies.LoadText(checkpoint, new TextNetworkOptions(compute, options.Threads) { Filler = filler });
    }

    private static void RequireRoom(ModelFolder folder, ITokenizer tokenizer, int limit)
    {
        if (tokenizer.Special.Count >= limit)
        {
            throw new SimileException(
                ErrorCode.UnsupportedTokenizer,
                $"The tokenizer of {folder.Path} puts {tokenizer.Special.Count} special tokens around each text, but the model takes "
                    + $"{limit} tokens in all. The files belong to different models."
            );
        }
    }

    private static SimilarityMetric MetricOf(SentenceConfig sentence) =>
        sentence.SimilarityName switch
        {
            null or "cosine" => SimilarityMetric.Cosine,
            "dot" or "dot_product" => SimilarityMetric.Dot,
            "euclidean" => SimilarityMetric.Euclidean,
            "manhattan" => SimilarityMetric.Manhattan,
            var other => throw new SimileException(
                ErrorCode.UnsupportedModel,
                $"The model was trained for the similarity '{other}'; cosine, dot, euclidean and manhattan are known."
            ),
        };

    // What is as it mostly is goes unsaid, so that vectors of before keep their recipes.
    private static string BehindOf(TextCheckpoint checkpoint, ITextEncoder network)
    {
        var dense = string.Join(
            '+',
            checkpoint.Dense.Select(layer =>
                $"{(layer.NormalizesInput ? "unit:" : string.Empty)}{layer.Inputs}x{layer.Outputs}:{layer.Activation}"
                + (layer.HasResidual ? "+" : string.Empty)
            )
        );
        var leftOut = !checkpoint.PoolsPrompt && checkpoint.Pooling.Contains(PoolingMode.WeightedMean) ? ";weights=whole" : string.Empty;
        var first = network.FirstPosition is 0 or 2 ? string.Empty : $";first={network.FirstPosition}";
        var padding = checkpoint.Padding is { } rule ? $";{rule}" : string.Empty;
        return $"{string.Join('+', checkpoint.Pooling)};prompt={checkpoint.PoolsPrompt};lower={checkpoint.Lowercase};"
            + $"dense={dense}{padding}{leftOut}{first}";
    }

    // Some models were trained with prompts that only their card tells; the table of well-known models has them.
    private static (ImmutableDictionary<string, string> Prompts, string? Note) PromptsOf(
        ModelFolder folder,
        SentenceConfig sentence,
        string kind,
        string? madeFrom
    ) => sentence.Prompts.IsEmpty ? KnownPrompts.Of(folder, kind, madeFrom) : (sentence.Prompts, null);

    private static IReadOnlyList<string> Notes(IEnumerable<string?> notes, ModelFolder folder) =>
        [.. notes.OfType<string>(), .. ModelFileTable.NotesOf(folder)];

    private static string? PoolingNote(TextCheckpoint checkpoint) =>
        checkpoint.PoolingAssumed ? $"{checkpoint.Folder} says nothing of pooling; the mean of the tokens' states is taken." : null;

    // Tokens that nobody writes are often left over; a text that has one is an error of its own.
    private static string? RowsNote(ITokenizer tokenizer, int rows) =>
        tokenizer.VocabularySize > rows
            ? $"The tokenizer has {tokenizer.VocabularySize} entries, but the table of tokens only {rows} rows: a text with one of the "
                + "others has no vector."
            : null;

    // NomicBERT's own code is what Simile's was written from.
    private static string? CodeNote(TextCheckpoint checkpoint) =>
        checkpoint.Kind != "nomic_bert" && checkpoint.Config.Asks("auto_map")
            ? $"config.json of {checkpoint.Folder} names code of its own (auto_map), which is not run; the network is taken for a plain "
                + $"{checkpoint.Kind}, as without trust_remote_code in Python."
            : null;
}

/// <summary>Finds the model that an adapter belongs to, where its folder has no weights of its own.</summary>
internal static class AdapterBase
{
    private static readonly string[] Weights =
    [
        "model.safetensors",
        "model.safetensors.index.json",
        "pytorch_model.bin",
        .. Checkpoint.OnnxNames,
    ];

    /// <summary>The folder of the base, or null where the model's folder needs none.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.ModelNotFound"/> when the base is not here,
    /// <see cref="ErrorCode.UnsupportedModel"/>.</exception>
    public static ModelManifest? Find(ModelManifest manifest)
    {
        var (folder, path) = (manifest.Folder, manifest.NetworkPath);
        if (!manifest.HasAdapter || Array.Exists(Weights, name => File.Exists(folder.File(path, name))))
        {
            return null;
        }

        var config = AdapterConfig.Read(folder.File(path));
        var name =
            config.Base
            ?? throw new SimileException(
                ErrorCode.UnsupportedModel,
                $"{folder.Path} holds an adapter without weights of its own, and its {AdapterConfig.FileName} does not name its base "
                    + "('base_model_name_or_path'). Add it."
            );
        try
        {
            return ModelManifest.Read(
                ModelLocator
                    .OfThisMachine()
                    .Resolve(config.Revision is { } revision && !Directory.Exists(name) ? $"{name}@{revision}" : name)
            );
        }
        catch (SimileException error) when (error.Code == ErrorCode.ModelNotFound)
        {
            throw new SimileException(
                ErrorCode.ModelNotFound,
                $"{folder.Path} holds an adapter without weights of its own; the model it belongs to, '{name}', is not here. "
                    + $"{error.Message}",
                error
            );
        }
    }
}
