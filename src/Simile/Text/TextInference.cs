using System.Collections.Concurrent;
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
        for (var first = 0; first < call.Inputs.Count; first += TextsPerWindow)
        {
            RunWindow(call, first, Math.Min(call.Inputs.Count, first + TextsPerWindow), left, cancellationToken);
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
        var seen = tokens.Count + special.Suffix.Length;
        if (folder.TruncatesLeft)
        {
            tokens.Remove(special.Prefix.Length, seen - maxTokens);
        }

        tokens.TruncateTo(maxTokens - special.Suffix.Length);
        AddSpecial(special.Suffix.AsSpan(), text.Length, tokens);
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
                    (ids[i], call.Outcomes[first + i]) = TokenizeOne(call.Inputs[first + i], call.Request);
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

    private (int[] Ids, EmbeddingOutcome Outcome) TokenizeOne(string input, TextRequest request)
    {
        if (!_buffers.TryTake(out var tokens))
        {
            tokens = new TokenBuffer();
        }

        try
        {
            tokens.Clear();
            var text = TextPreparation.Prepare(input, options.Preprocess);
            var seen = Tokenize(request.Prompt + text, request.MaxTokens, tokens);
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
