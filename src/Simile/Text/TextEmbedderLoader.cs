using System.Collections.Immutable;
using Simile.Engine.Checkpoints;
using Simile.Engine.Encoders;
using Simile.Engine.Products;
using Simile.Hub;
using Simile.Models;
using Simile.Networks;
using Simile.Networks.Encoders;
using Simile.Tokenization;
using Simile.Vectors;

namespace Simile.Text;

/// <summary>Puts an embedder together from a model folder.</summary>
internal static class TextEmbedderLoader
{
    public static TextEmbedder Load(ModelFolder folder, TextEmbedderOptions options, TimeProvider time)
    {
        var checkedOptions = options.Checked();
        return folder.HoldsTransformer() ? LoadEncoder(folder, checkedOptions, time) : LoadStatic(folder, checkedOptions, time);
    }

    private static TextEmbedder LoadStatic(ModelFolder folder, TextEmbedderOptions options, TimeProvider time)
    {
        var checkpoint = folder.ReadStatic();
        if (options.Precision != ComputePrecision.Float32)
        {
            throw new SimileException(ErrorCode.InvalidOption, $"The static model {folder.Name} has no products that could be computed in {options.Precision}. Use Float32.");
        }

        var tokenizer = TokenizerFile.Load(checkpoint.TokenizerPath);
        using var file = SafetensorsFile.Open(checkpoint.WeightsPath);
        var network = StaticEmbeddingNetwork.Load(file, checkpoint);
        RequireRows(folder, tokenizer, network.Tokens);
        var digest = WeightsDigest.Of([checkpoint.WeightsPath]);
        file.EnsureUnchanged();
        var space = new EmbeddingSpace(WeightsDigest.SpaceId(folder, digest), network.Dimensions, checkpoint.Normalize, SimilarityMetric.Cosine, checkpoint.TrainedDimensions);
        var traits = new TextModelTraits(digest, checkpoint.MaxTokens, checkpoint.Prompts, "none", []);
        return new TextEmbedder(new StaticTextRunner(network, tokenizer, options), tokenizer, space, traits, options, time);
    }

    private static TextEmbedder LoadEncoder(ModelFolder folder, TextEmbedderOptions options, TimeProvider time)
    {
        var checkpoint = folder.ReadEncoder();
        EncoderLayouts.RequireKnown(checkpoint);
        var opened = TokenizerFolder.Open(checkpoint.Folder);
        var tokenizer = opened.Tokenizer;
        var compute = new ComputeOptions { Precision = options.Precision, Level = options.Instructions };
        var network = EncoderNetwork.Load(checkpoint, compute, options.Threads, checkpoint.Padding?.IdIn(tokenizer));
        try
        {
            RequireRows(folder, tokenizer, network.Tokens);
            network.EndOfText?.RequireFrom(tokenizer);
            var digest = WeightsDigest.Of(network.WeightFiles);
            network.EnsureUnchanged();
            var limit = Math.Min(checkpoint.MaxTokens ?? int.MaxValue, network.MaxTokens);
            RequireRoom(folder, tokenizer, limit);
            var space = new EmbeddingSpace(WeightsDigest.SpaceId(folder, digest), network.Dimensions, checkpoint.Normalize, MetricOf(checkpoint), checkpoint.TrainedDimensions);
            var traits = new TextModelTraits(digest, limit, PromptsOf(folder, checkpoint), BehindOf(checkpoint), [.. NotesOf(checkpoint), .. opened.Notes], DefaultPromptOf(checkpoint));
            return new TextEmbedder(new EncoderTextRunner(network, opened, options, checkpoint.Lowercase, checkpoint.PoolsPrompt), tokenizer, space, traits, options, time);
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }

    private static void RequireRows(ModelFolder folder, ITokenizer tokenizer, int rows)
    {
        if (tokenizer.VocabularySize > rows)
        {
            throw new SimileException(ErrorCode.BadCheckpoint, $"The tokenizer of {folder.Path} has {tokenizer.VocabularySize} entries, but the table only {rows} rows. The files belong to different models.");
        }
    }

    private static void RequireRoom(ModelFolder folder, ITokenizer tokenizer, int limit)
    {
        if (tokenizer.Special.Count >= limit)
        {
            throw new SimileException(ErrorCode.UnsupportedTokenizer, $"The tokenizer of {folder.Path} puts {tokenizer.Special.Count} special tokens around each text, but the model takes {limit} tokens in all. The files belong to different models.");
        }
    }

    private static SimilarityMetric MetricOf(EncoderCheckpoint checkpoint) => checkpoint.SimilarityName switch
    {
        null or "cosine" => SimilarityMetric.Cosine,
        "dot" or "dot_product" => SimilarityMetric.Dot,
        "euclidean" => SimilarityMetric.Euclidean,
        "manhattan" => SimilarityMetric.Manhattan,
        var other => throw new SimileException(ErrorCode.UnsupportedModel, $"The model was trained for the similarity '{other}'; cosine, dot, euclidean and manhattan are known."),
    };

    private static string BehindOf(EncoderCheckpoint checkpoint) =>
        $"{string.Join('+', checkpoint.Pooling)};prompt={checkpoint.PoolsPrompt};lower={checkpoint.Lowercase};dense={string.Join('+', checkpoint.Dense.Select(layer => $"{layer.Inputs}x{layer.Outputs}:{layer.Activation}"))}{(checkpoint.Padding is { } padding ? $";{padding}" : string.Empty)}";

    // Some models were trained with prompts that only their card tells; the table of well-known models has them.
    private static ImmutableDictionary<string, string> PromptsOf(ModelFolder folder, EncoderCheckpoint checkpoint) =>
        checkpoint.Prompts.IsEmpty && folder.Name.Contains('/') && KnownModels.Find(folder.Name) is { } known
            ? checkpoint.Prompts.Add("query", known.QueryPrompt).Add("document", known.DocumentPrompt)
            : checkpoint.Prompts;

    private static string DefaultPromptOf(EncoderCheckpoint checkpoint) => checkpoint.DefaultPrompt switch
    {
        null => string.Empty,
        var name => checkpoint.Prompts.GetValueOrDefault(name)
            ?? throw new SimileException(ErrorCode.UnsupportedModel, $"{checkpoint.Folder} names the default prompt '{name}', but has prompts for {(checkpoint.Prompts.IsEmpty ? "nothing" : string.Join(", ", checkpoint.Prompts.Keys.Order(StringComparer.Ordinal)))} only."),
    };

    private static string[] NotesOf(EncoderCheckpoint checkpoint) =>
        checkpoint.PoolingAssumed ? [$"{checkpoint.Folder} says nothing of pooling; the mean of the tokens' states is taken."] : [];
}
