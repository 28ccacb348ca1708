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
    private const string StaticKind = "static";

    public static TextEmbedder Load(ModelFolder folder, TextEmbedderOptions options, TimeProvider time)
    {
        var checkedOptions = options.Checked();
        var adapted = AdapterBase.Find(folder);
        if (adapted is not null || folder.HoldsTransformer())
        {
            return LoadEncoder(folder, EncoderCheckpointReader.Read(folder, adapted), checkedOptions, time);
        }

        return AdapterConfig.Has(folder, string.Empty)
            ? throw new SimileException(ErrorCode.UnsupportedModel, $"{folder.Path} has an adapter ({AdapterConfig.FileName}) beside a static embedding model, which has no layers to adapt.")
            : LoadStatic(folder, checkedOptions, time);
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
        var network = StaticEmbeddingNetwork.Load(file);
        var digest = WeightsDigest.Of([checkpoint.WeightsPath]);
        file.EnsureUnchanged();
        var cut = VectorCut.Of(checkpoint.Sentence, network.Dimensions, checkpoint.Normalize);
        var space = cut.SpaceOf(WeightsDigest.SpaceId(folder, digest), MetricOf(checkpoint.Sentence), checkpoint.TrainedDimensions);
        var (prompts, promptNote) = PromptsOf(folder, checkpoint.Sentence, StaticKind, null);
        var traits = new TextModelTraits(digest, checkpoint.MaxTokens, prompts, checkpoint.CountsUnknown ? "unknown" : "none", Notes([promptNote, RowsNote(tokenizer, network.Tokens)], folder), checkpoint.Sentence.DefaultPrompt) { Cut = cut };
        return new TextEmbedder(new StaticTextRunner(network, tokenizer, checkpoint.CountsUnknown, cut, options), tokenizer, space, traits, options, time);
    }

    private static TextEmbedder LoadEncoder(ModelFolder folder, EncoderCheckpoint checkpoint, TextEmbedderOptions options, TimeProvider time)
    {
        EncoderLayouts.RequireKnown(checkpoint);
        var opened = TokenizerFolder.Open(checkpoint.TokenizerFolder);
        var tokenizer = opened.Tokenizer;
        var compute = new ComputeOptions { Precision = options.Precision, Level = options.Instructions };
        var network = EncoderNetwork.Load(checkpoint, compute, options.Threads, checkpoint.Padding?.IdIn(tokenizer));
        try
        {
            network.EndOfText?.RequireFrom(tokenizer);
            var digest = WeightsDigest.Of(network.WeightFiles);
            network.EnsureUnchanged();
            var limit = Math.Min(checkpoint.MaxTokens ?? int.MaxValue, network.MaxTokens);
            RequireRoom(folder, tokenizer, limit);
            var cut = VectorCut.Of(checkpoint.Sentence, network.Dimensions, checkpoint.Normalize);
            var space = cut.SpaceOf(WeightsDigest.SpaceId(folder, digest), MetricOf(checkpoint.Sentence), checkpoint.TrainedDimensions);
            var (prompts, promptNote) = PromptsOf(folder, checkpoint.Sentence, checkpoint.Kind, checkpoint.Config.TextOrNull("_name_or_path"));
            var notes = Notes([.. checkpoint.Notes, .. opened.Notes, PoolingNote(checkpoint), promptNote, RowsNote(tokenizer, network.Tokens), CodeNote(checkpoint)], folder);
            var traits = new TextModelTraits(digest, limit, prompts, BehindOf(checkpoint, network), notes, checkpoint.Sentence.DefaultPrompt) { Cut = cut };
            return new TextEmbedder(new EncoderTextRunner(network, opened, options, checkpoint.Lowercase, checkpoint.PoolsPrompt, cut), tokenizer, space, traits, options, time);
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }

    private static void RequireRoom(ModelFolder folder, ITokenizer tokenizer, int limit)
    {
        if (tokenizer.Special.Count >= limit)
        {
            throw new SimileException(ErrorCode.UnsupportedTokenizer, $"The tokenizer of {folder.Path} puts {tokenizer.Special.Count} special tokens around each text, but the model takes {limit} tokens in all. The files belong to different models.");
        }
    }

    private static SimilarityMetric MetricOf(SentenceConfig sentence) => sentence.SimilarityName switch
    {
        null or "cosine" => SimilarityMetric.Cosine,
        "dot" or "dot_product" => SimilarityMetric.Dot,
        "euclidean" => SimilarityMetric.Euclidean,
        "manhattan" => SimilarityMetric.Manhattan,
        var other => throw new SimileException(ErrorCode.UnsupportedModel, $"The model was trained for the similarity '{other}'; cosine, dot, euclidean and manhattan are known."),
    };

    // What is as it mostly is goes unsaid, so that vectors of before keep their recipes.
    private static string BehindOf(EncoderCheckpoint checkpoint, EncoderNetwork network)
    {
        var dense = checkpoint.Dense.Select(layer => $"{(layer.NormalizesInput ? "unit:" : string.Empty)}{layer.Inputs}x{layer.Outputs}:{layer.Activation}{(layer.HasResidual ? "+" : string.Empty)}");
        var leftOut = !checkpoint.PoolsPrompt && checkpoint.Pooling.Contains(PoolingMode.WeightedMean) ? ";weights=whole" : string.Empty;
        var first = network.FirstPosition is 0 or 2 ? string.Empty : $";first={network.FirstPosition}";
        return $"{string.Join('+', checkpoint.Pooling)};prompt={checkpoint.PoolsPrompt};lower={checkpoint.Lowercase};dense={string.Join('+', dense)}{(checkpoint.Padding is { } padding ? $";{padding}" : string.Empty)}{leftOut}{first}";
    }

    // Some models were trained with prompts that only their card tells; the table of well-known models has them.
    private static (ImmutableDictionary<string, string> Prompts, string? Note) PromptsOf(ModelFolder folder, SentenceConfig sentence, string kind, string? madeFrom) =>
        sentence.Prompts.IsEmpty ? KnownPrompts.Of(folder, kind, madeFrom) : (sentence.Prompts, null);

    private static IReadOnlyList<string> Notes(IEnumerable<string?> notes, ModelFolder folder) => [.. notes.OfType<string>(), .. ModelFileTable.NotesOf(folder)];

    private static string? PoolingNote(EncoderCheckpoint checkpoint) =>
        checkpoint.PoolingAssumed ? $"{checkpoint.Folder} says nothing of pooling; the mean of the tokens' states is taken." : null;

    // Tokens that nobody writes are often left over; a text that has one is an error of its own.
    private static string? RowsNote(ITokenizer tokenizer, int rows) =>
        tokenizer.VocabularySize > rows ? $"The tokenizer has {tokenizer.VocabularySize} entries, but the table of tokens only {rows} rows: a text with one of the others has no vector." : null;

    // NomicBERT's own code is what Simile's was written from.
    private static string? CodeNote(EncoderCheckpoint checkpoint) =>
        checkpoint.Kind != "nomic_bert" && checkpoint.Config.Asks("auto_map")
            ? $"config.json of {checkpoint.Folder} names code of its own (auto_map), which is not run; the network is taken for a plain {checkpoint.Kind}, as without trust_remote_code in Python."
            : null;
}
