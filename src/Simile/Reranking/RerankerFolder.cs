using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Simile.Families;
using Simile.Inference;
using Simile.Models;
using Simile.Tokenization;

namespace Simile.Reranking;

/// <summary>What a folder says of its reranker: the network, its head, and the function behind its scores.</summary>
/// <param name="Checkpoint">The network.</param>
/// <param name="Head">What makes scores of the pooled state.</param>
/// <param name="Scores">What is done with the head's numbers.</param>
/// <param name="Notes">What was assumed.</param>
internal sealed record RerankerFolder(TextCheckpoint Checkpoint, SequenceHead Head, ScoreFunction Scores, ImmutableArray<string> Notes)
{
    private const int MaxLabels = 10_000;

    /// <summary>Whether the network is told which of the two texts a token belongs to.</summary>
    public bool TellsTypes { get; init; } = true;

    /// <summary>Whether the network answers in words (Qwen3-Reranker).</summary>
    public bool Answers => Head.Answers is not null;

    /// <summary>Reads a folder: a cross-encoder as transformers or sentence-transformers write it, or Qwen3-Reranker.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="tokenizer">Its tokenizer.</param>
    /// <param name="engine">What computes a graph that has its head in it, or null where the layers of the head are read.</param>
    /// <exception cref="SimileException">A code of the 200s.</exception>
    public static RerankerFolder Read(ModelFolder folder, ITokenizer tokenizer, InferenceEngine? engine = null)
    {
        var config =
            folder.ReadConfig(string.Empty, "config.json")
            ?? throw new SimileException(ErrorCode.ModelNotFound, $"{folder.Path} has no config.json. Fetch the model again.");
        if (!PairScoring.Is(folder))
        {
            throw new SimileException(
                ErrorCode.UnsupportedModel,
                $"{folder.Path} is no reranker ({PairScoring.Architecture(folder) ?? config.Text("model_type")}): it does not score "
                    + "pairs of texts. "
                    + $"Networks that do are called …{PairScoring.Classifier}, or {PairScoring.Causal} without a pooling (Qwen3-Reranker). "
                    + "Embed with this one, or name a reranker."
            );
        }

        if (PairScoring.Architecture(folder) == PairScoring.Causal)
        {
            return engine is null
                ? OfAnswers(folder, config, tokenizer)
                : throw config.Unsupported(
                    $"a reranker that answers in words, by the engine '{engine.Name}'; leave the engine out, or name a cross-encoder"
                );
        }

        if (PairScoring.ModulesOf(folder).Any(module => module.Type == PairScoring.LogitScore))
        {
            throw config.Unsupported(
                $"'{PairScoring.Architecture(folder)}' as a reranker that answers in words; {PairScoring.Causal} (Qwen3-Reranker) is "
                    + "supported"
            );
        }

        var kind = config.Text("model_type");
        var head = engine is not null
            ? new SequenceHead(PoolingMode.Cls, LabelsOf(config), [])
            : (ModelFamilies.Find(kind) ?? throw config.Unsupported($"a reranker of the kind '{kind}'")).Head(config, LabelsOf(config));
        var scores = ScoreFunctions.Read(folder, config, head.Labels.Length);
        return new RerankerFolder(CheckpointOf(folder, config, head), head, scores, []) { TellsTypes = ReadTypes(folder) };
    }

    // A tokenizer of a general class tells the types only where its configuration says so; one of a class of its own tells what the
    // class's network has.
    private static bool ReadTypes(ModelFolder folder)
    {
        var config = folder.ReadConfig(string.Empty, "tokenizer_config.json");
        var inputs = config?.TextOrTexts("model_input_names") ?? [];
        return inputs.Contains("token_type_ids")
            || (inputs.IsEmpty && config?.TextOrNull("tokenizer_class") is not ("PreTrainedTokenizerFast" or "TokenizersBackend"));
    }

    private static RerankerFolder OfAnswers(ModelFolder folder, ModelConfig config, ITokenizer tokenizer)
    {
        var answers = (Yes: IdOf(tokenizer, "yes", folder), No: IdOf(tokenizer, "no", folder));
        RequireAnswers(folder, answers);
        var head = new SequenceHead(PoolingMode.LastToken, ["yes"], []) { Answers = answers };
        return new RerankerFolder(
            CheckpointOf(folder, config, head),
            head,
            ScoreFunctions.Read(folder, config, 1),
            [
                $"{folder.Name} is taken for a Qwen3-Reranker: it is asked its card's question, and the score compares the answers "
                    + "'yes' and 'no'.",
            ]
        );
    }

    // Other rerankers of this architecture ask another question and compare other tokens.
    private static void RequireAnswers(ModelFolder folder, (int Yes, int No) answers)
    {
        var path = PairScoring.ModulesOf(folder).FirstOrDefault(module => module.Type == PairScoring.LogitScore).Path;
        if (path is null || folder.ReadConfig(path, "config.json") is not { } score)
        {
            return;
        }

        var (yes, no) = (score.NumberOrNull("true_token_id"), score.NumberOrNull("false_token_id"));
        if (yes != answers.Yes || no != answers.No)
        {
            var given =
                $"{yes?.ToString(CultureInfo.InvariantCulture) ?? "none"} and {no?.ToString(CultureInfo.InvariantCulture) ?? "none"}";
            throw score.Unsupported(
                $"the tokens {given} as answers; Qwen3-Reranker compares 'yes' ({answers.Yes}) with 'no' ({answers.No})"
            );
        }
    }

    private static TextCheckpoint CheckpointOf(ModelFolder folder, ModelConfig config, SequenceHead head) =>
        new()
        {
            Folder = folder.Path,
            TokenizerFolder = folder.Path,
            Config = config,
            Kind = config.Text("model_type"),
            Pooling = [head.Pooling],
            Sentence = new SentenceConfig(),
            MaxTokens =
                TransformerSettings.ReadPairLimit(folder)
                ?? folder.ReadConfig(string.Empty, "tokenizer_config.json")?.LimitOrNull("model_max_length"),
        };

    // Both spellings name the labels by number; without either there are two, as in Hugging Face's library.
    private static ImmutableArray<string> LabelsOf(ModelConfig config)
    {
        var named = config.Texts("id2label");
        var count = named.Count > 0 ? named.Count : config.NumberOr("num_labels", 2);
        if (count > MaxLabels)
        {
            throw config.Unsupported($"{count} labels (at most {MaxLabels})");
        }

        return
        [
            .. Enumerable.Range(0, count).Select(i => named.GetValueOrDefault(i.ToString(CultureInfo.InvariantCulture)) ?? $"LABEL_{i}"),
        ];
    }

    private static int IdOf(ITokenizer tokenizer, string word, ModelFolder folder)
    {
        var tokens = new TokenBuffer();
        tokenizer.Tokenize(word, tokens);
        return tokens.Count == 1
            ? tokens.Ids[0]
            : throw new SimileException(
                ErrorCode.UnsupportedModel,
                $"The tokenizer of {folder.Path} makes {tokens.Count} tokens of '{word}', so the answer cannot be read from one. It "
                    + "belongs to no Qwen3-Reranker."
            );
    }
}

/// <summary>What is done with a head's numbers.</summary>
internal enum ScoreFunction
{
    Identity,
    Sigmoid,
    Softmax,
}

/// <summary>Reads which function a folder asks for; a single label goes through the sigmoid and several stay as they are, as in
/// sentence-transformers.</summary>
internal static class ScoreFunctions
{
    public static ScoreFunction Read(ModelFolder folder, ModelConfig config, int labels)
    {
        var named =
            folder.ReadConfig(string.Empty, "config_sentence_transformers.json")?.TextOrNull("activation_fn")
            ?? config.Child("sentence_transformers")?.TextOrNull("activation_fn")
            ?? config.TextOrNull("sbert_ce_default_activation_function");
        return named?.Split('.')[^1] switch
        {
            null => labels == 1 ? ScoreFunction.Sigmoid : ScoreFunction.Identity,
            "Identity" => ScoreFunction.Identity,
            "Sigmoid" => ScoreFunction.Sigmoid,
            "Softmax" => ScoreFunction.Softmax,
            _ => throw config.Unsupported($"the activation '{named}' behind the scores (Identity, Sigmoid or Softmax)"),
        };
    }

    /// <summary>Applies a function to the numbers of one pair.</summary>
    public static void Apply(ScoreFunction function, Span<float> scores)
    {
        if (function == ScoreFunction.Sigmoid)
        {
            foreach (ref var score in scores)
            {
                score = 1 / (1 + MathF.Exp(-score));
            }
        }
        else if (function == ScoreFunction.Softmax)
        {
            var largest = scores[0];
            foreach (var score in scores)
            {
                largest = MathF.Max(largest, score);
            }

            var total = 0f;
            foreach (ref var score in scores)
            {
                score = MathF.Exp(score - largest);
                total += score;
            }

            foreach (ref var score in scores)
            {
                score /= total;
            }
        }
    }
}
