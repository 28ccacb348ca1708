using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Simile.Inference;
using Simile.Tokenization;
using Simile.Vectors;

namespace Simile.Text;

/// <summary>Runs a transformer: a window of texts is tokenized side by side, then goes through the network in packed groups.</summary>
internal sealed class TextInference(
    ITextEncoder network,
    FolderTokenizer folder,
    TextEmbedderOptions options,
    bool lowercase,
    bool poolsPrompt,
    VectorCut cut
) : ITextRunner
{
    private const int TextsPerWindow = 1024;
    private const int TextsPerTask = 16;
    private readonly ITokenizer _tokenizer = folder.Tokenizer;
    private readonly ConcurrentBag<TokenBuffer> _buffers = [];
    private readonly RunningCalls _calls = new(typeof(TextEmbedder), network.Dispose);

    public int Dimensions => network.Dimensions;

    public string Network => $"encoder/1:{network.Arithmetic}";

    public bool IsQuick(IReadOnlyList<string> inputs) => inputs.Count == 0;

    public void Run(TextCall call, CancellationToken cancellationToken)
    {
        using var running = _calls.Enter();
        var prompt = call.Request.Prompt;
        var left = poolsPrompt || prompt.Length == 0 ? 0 : _tokenizer.Special.Prefix.Length + CountTokens(prompt);
        for (var first = 0; first < call.Count; first += TextsPerWindow)
        {
            RunWindow(call, first, Math.Min(call.Count, first + TextsPerWindow), left, cancellationToken);
        }
    }

    public int CountFixed(string prompt) => _tokenizer.Special.Count + (prompt.Length == 0 ? 0 : CountTokens(prompt));

    public int Tokenize(string text, int maxTokens, TokenBuffer tokens)
    {
        var special = _tokenizer.Special;
        if (maxTokens <= special.Count)
        {
            throw new SimileException(
                ErrorCode.InvalidOption,
                $"A text may have {maxTokens} tokens, and the model puts {special.Count} special ones around each: nothing is left "
                    + $"for the text itself. At least {special.Count + 1} are needed."
            );
        }

        AddSpecial(special.Prefix.AsSpan(), 0, tokens);
        _tokenizer.Tokenize(lowercase ? text.ToLowerInvariant() : text, tokens);
        return Close(text.Length, maxTokens, tokens);
    }

    // As the tokens of the text would stand: special ones and the prompt's are put around ids that come without them.
    private int Frame(ReadOnlySpan<int> ids, TextRequest request, TokenBuffer tokens)
    {
        TokenRows.RequireKnown(ids, Math.Min(network.Tokens, _tokenizer.VocabularySize));
        var special = _tokenizer.Special;
        var isFramed =
            special.Count > 0
            && ids.Length >= special.Count
            && ids.StartsWith(special.Prefix.AsSpan())
            && ids.EndsWith(special.Suffix.AsSpan());
        AddSpecial(special.Prefix.AsSpan(), 0, tokens);
        if (request.Prompt.Length > 0)
        {
            _tokenizer.Tokenize(lowercase ? request.Prompt.ToLowerInvariant() : request.Prompt, tokens);
        }

        AddSpecial(isFramed ? ids[special.Prefix.Length..^special.Suffix.Length] : ids, 0, tokens);
        return Close(0, request.MaxTokens, tokens);
    }

    private int Close(int end, int maxTokens, TokenBuffer tokens)
    {
        var special = _tokenizer.Special;
        var seen = tokens.Count + special.Suffix.Length;
        if (folder.TruncatesLeft)
        {
            tokens.Remove(special.Prefix.Length, seen - maxTokens);
        }

        tokens.TruncateTo(maxTokens - special.Suffix.Length);
        AddSpecial(special.Suffix.AsSpan(), end, tokens);
        return seen;
    }

    /// <summary>Frees the network: at once, or when the last call that still runs has ended.</summary>
    public void Dispose() => _calls.Dispose();

    private void RunWindow(TextCall call, int first, int end, int left, CancellationToken cancellationToken)
    {
        var ids = new int[end - first][];
        network.Share(
            (ids.Length + TextsPerTask - 1) / TextsPerTask,
            task =>
            {
                for (
                    var i = task * TextsPerTask;
                    i < Math.Min(ids.Length, (task + 1) * TextsPerTask) && !cancellationToken.IsCancellationRequested;
                    i++
                )
                {
                    (ids[i], call.Outcomes[first + i]) = TokenizeOne(call, first + i);
                }
            }
        );
        cancellationToken.ThrowIfCancellationRequested();
        var good = Enumerable.Range(0, ids.Length).Where(i => ids[i].Length > 0).ToArray();
        var texts = Array.ConvertAll(good, i => ids[i]);
        var vectors = new float[texts.Length * Dimensions];
        network.Forward(new TokenBatch(texts), left, vectors, cancellationToken);
        for (var i = 0; i < good.Length; i++)
        {
            FinishOne(vectors.AsSpan(i * Dimensions, Dimensions), call, first + good[i]);
        }
    }

    // A checkpoint with weights that are not finite gives an error for each text, not a vector of NaN.
    private void FinishOne(Span<float> vector, TextCall call, int index)
    {
        try
        {
            cut.Fill(vector, call.Request.Space, call.Row(index));
        }
        catch (SimileException error)
        {
            call.Row(index).Clear();
            call.Outcomes[index] = new EmbeddingOutcome(call.Outcomes[index].TokensSeen, 0, error);
        }
    }

    private (int[] Ids, EmbeddingOutcome Outcome) TokenizeOne(TextCall call, int index)
    {
        if (!_buffers.TryTake(out var tokens))
        {
            tokens = new TokenBuffer();
        }

        try
        {
            tokens.Clear();
            var seen = call.Ids is { } given
                ? Frame(given[index], call.Request, tokens)
                : Tokenize(
                    call.Request.Prompt + TextPreparation.Prepare(call.Inputs[index], options.Preprocess),
                    call.Request.MaxTokens,
                    tokens
                );
            TokenRows.Require(tokens.Ids, network.Tokens, _tokenizer);
            return (tokens.Ids.ToArray(), new EmbeddingOutcome(seen, tokens.Count) { Truncated = seen > tokens.Count });
        }
        catch (SimileException error)
        {
            return ([], new EmbeddingOutcome(tokens.Count, 0, error));
        }
        finally
        {
            tokens.Clear();
            _buffers.Add(tokens);
        }
    }

    private int CountTokens(string text)
    {
        var tokens = new TokenBuffer();
        _tokenizer.Tokenize(lowercase ? text.ToLowerInvariant() : text, tokens);
        return tokens.Count;
    }

    private static void AddSpecial(ReadOnlySpan<int> ids, int at, TokenBuffer tokens)
    {
        foreach (var id in ids)
        {
            tokens.Add(id, at, at);
        }
    }
}

/// <summary>Brings texts through a network, from characters to vectors. One text's error never touches another's vector.</summary>
internal interface ITextRunner : IDisposable
{
    /// <summary>Values a vector, before dimensions are cut.</summary>
    int Dimensions { get; }

    /// <summary>The network and its arithmetic, for the recipe.</summary>
    string Network { get; }

    /// <summary>Whether a call takes microseconds, so that another thread would cost more than it saves.</summary>
    bool IsQuick(IReadOnlyList<string> inputs);

    /// <summary>Fills the block and the outcomes, one for each input.</summary>
    void Run(TextCall call, CancellationToken cancellationToken);

    /// <summary>Tokens that stand in every text: special ones, and those of a prompt.</summary>
    int CountFixed(string prompt);

    /// <summary>Appends what the network sees of a text, special tokens included, cut to the limit.</summary>
    /// <returns>Tokens before the cut.</returns>
    int Tokenize(string text, int maxTokens, TokenBuffer tokens);
}

/// <summary>One call on its way through a network.</summary>
/// <param name="Inputs">The texts (B).</param>
/// <param name="Request">The call's options, settled against the model.</param>
/// <param name="Block">Gets the vectors, (B, D).</param>
/// <param name="Outcomes">Gets what became of each, (B).</param>
internal sealed record TextCall(IReadOnlyList<string> Inputs, TextRequest Request, float[] Block, EmbeddingOutcome[] Outcomes)
{
    /// <summary>The token ids of each text, in place of <see cref="Inputs"/>; null for texts.</summary>
    public IReadOnlyList<int[]>? Ids { get; init; }

    /// <summary>Inputs (B).</summary>
    public int Count => Outcomes.Length;

    /// <summary>The row (D) of an input.</summary>
    public Span<float> Row(int index) => Block.AsSpan(index * Request.Space.Dimensions, Request.Space.Dimensions);
}

/// <summary>One call's options, settled against the model.</summary>
/// <param name="Space">The space of the answer.</param>
/// <param name="Prompt">What is put before each text.</param>
/// <param name="MaxTokens">Most tokens used.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct TextRequest(EmbeddingSpace Space, string Prompt, int MaxTokens)
{
    public static TextRequest Of(EmbedOptions options, EmbeddingSpace space, TextModelTraits traits, int? maxTokens, ITextRunner runner)
    {
        if (options.MaxTokens < 1)
        {
            throw new SimileException(
                ErrorCode.InvalidOption,
                $"MaxTokens is {options.MaxTokens}, but at least 1 is needed. Leave it out for the model's own limit."
            );
        }

        var limit = Math.Min(options.MaxTokens ?? int.MaxValue, maxTokens ?? int.MaxValue);
        var prompt = PromptFor(options.Purpose, traits);
        RequireRoom(runner.CountFixed(prompt), limit, prompt);
        return new TextRequest(space.For(options), prompt, limit);
    }

    /// <summary>Refuses a limit that leaves no token of any text: all would have the same vector.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.InvalidOption"/>.</exception>
    public static void RequireRoom(int fixedTokens, int limit, string prompt)
    {
        if (limit <= fixedTokens)
        {
            var what = prompt.Length == 0 ? "special tokens" : $"special tokens and the prompt \"{prompt}\"";
            throw new SimileException(
                ErrorCode.InvalidOption,
                $"The limit is {limit} tokens a text, but {fixedTokens} stand in every text ({what}), so that nothing of it would be "
                    + $"left and all had the same vector. At least {fixedTokens + 1} are needed."
            );
        }
    }

    private static string PromptFor(EmbedPurpose purpose, TextModelTraits traits) =>
        purpose switch
        {
            EmbedPurpose.Query => traits.Prompts.GetValueOrDefault("query", traits.DefaultPrompt),
            EmbedPurpose.Document => traits.Prompts.GetValueOrDefault(
                "document",
                traits.Prompts.GetValueOrDefault("passage", traits.Prompts.GetValueOrDefault("corpus", traits.DefaultPrompt))
            ),
            _ => traits.DefaultPrompt,
        };
}

/// <summary>Tokens that a tokenizer has and the network's table has not: an error of the text that has one, never of the others.</summary>
internal static class TokenRows
{
    /// <summary>Refuses ids that a caller gave in place of a text, where there are none or one is no id of the vocabulary.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.EmptyText"/> or <see cref="ErrorCode.UnknownTokenId"/>.</exception>
    public static void RequireKnown(ReadOnlySpan<int> ids, int vocabulary)
    {
        if (ids.IsEmpty)
        {
            throw new SimileException(ErrorCode.EmptyText, "The list of token ids is empty, so there is nothing to embed.");
        }

        foreach (var id in ids)
        {
            if ((uint)id >= (uint)vocabulary)
            {
                throw new SimileException(
                    ErrorCode.UnknownTokenId,
                    $"The token id {id} is none of the model's, which are 0 to {vocabulary - 1}. The ids come from another model's "
                        + "tokenizer: send the text itself, or ids of this model."
                );
            }
        }
    }

    /// <summary>Refuses a text with a token beyond the table.</summary>
    /// <param name="ids">The text's tokens.</param>
    /// <param name="rows">Rows of the table.</param>
    /// <param name="tokenizer">Where they come from.</param>
    /// <exception cref="SimileException"><see cref="ErrorCode.BadCheckpoint"/>.</exception>
    public static void Require(ReadOnlySpan<int> ids, int rows, ITokenizer tokenizer)
    {
        foreach (var id in ids)
        {
            if ((uint)id >= (uint)rows)
            {
                throw new SimileException(
                    ErrorCode.BadCheckpoint,
                    $"The text has the token '{tokenizer.TokenOf(id)}' with the id {id}, but the model's table has only the rows 0 to "
                        + $"{rows - 1}. Leave the token out of the text; tokenizer and weights were not made for one another."
                );
            }
        }
    }
}
