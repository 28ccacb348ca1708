using System.Collections.Concurrent;
using Simile.Inference;
using Simile.Tokenization;
using Simile.Vectors;

namespace Simile.Text;

/// <summary>Runs a table of token vectors: a text is tokenized and averaged in one go, many texts side by side.</summary>
internal sealed class StaticTextRunner(
    StaticEmbeddingNetwork network,
    ITokenizer tokenizer,
    bool countsUnknown,
    VectorCut cut,
    TextEmbedderOptions options
) : ITextRunner
{
    private const int TextsAtOnce = 64;
    private const int QuickCharacters = 1 << 14;
    private readonly ConcurrentBag<(TokenBuffer Tokens, float[] Vector)> _workspaces = [];

    public int Dimensions => network.Dimensions;

    public string Network => "static/1";

    public bool IsQuick(IReadOnlyList<string> inputs)
    {
        var characters = 0L;
        for (var i = 0; i < inputs.Count && i <= TextsAtOnce; i++)
        {
            characters += inputs[i]?.Length ?? 0;
        }

        return options.Preprocess is null && inputs.Count <= TextsAtOnce && characters <= QuickCharacters;
    }

    public void Run(TextCall call, CancellationToken cancellationToken)
    {
        var parts = (call.Count + TextsAtOnce - 1) / TextsAtOnce;
        if (parts <= 1)
        {
            cancellationToken.ThrowIfCancellationRequested();
            RunRange(call, 0, call.Count);
            return;
        }

        var parallel = new ParallelOptions { MaxDegreeOfParallelism = options.Threads, CancellationToken = cancellationToken };
        Parallel.For(0, parts, parallel, part => RunRange(call, part * TextsAtOnce, Math.Min(call.Count, (part + 1) * TextsAtOnce)));
    }

    public int CountFixed(string prompt)
    {
        var tokens = new TokenBuffer();
        return prompt.Length == 0 ? 0 : Tokenize(prompt, int.MaxValue, tokens);
    }

    public int Tokenize(string text, int maxTokens, TokenBuffer tokens)
    {
        tokenizer.Tokenize(text, tokens);
        var seen = tokens.Count;
        tokens.TruncateTo(maxTokens);
        return seen;
    }

    public void Dispose() => _workspaces.Clear();

    private void RunRange(TextCall call, int first, int end)
    {
        if (!_workspaces.TryTake(out var workspace))
        {
            workspace = (new TokenBuffer(), new float[Dimensions]);
        }

        for (var i = first; i < end; i++)
        {
            var row = call.Row(i);
            try
            {
                workspace.Tokens.Clear();
                var seen = call.Ids is { } ids
                    ? Take(ids[i], call.Request, workspace.Tokens)
                    : Read(call.Inputs[i], call.Request, workspace.Tokens);
                call.Outcomes[i] = RunOne(seen, call.Request, workspace.Tokens, workspace.Vector, row);
            }
            catch (SimileException error)
            {
                row.Clear();
                call.Outcomes[i] = new EmbeddingOutcome(workspace.Tokens.Count, 0, error);
            }
        }

        // What waits for the next call holds no huge text's tokens.
        workspace.Tokens.Clear();
        _workspaces.Add(workspace);
    }

    private int Read(string input, TextRequest request, TokenBuffer tokens)
    {
        var text = TextPreparation.Prepare(input, options.Preprocess);
        return Tokenize(request.Prompt.Length == 0 ? text : request.Prompt + text, request.MaxTokens, tokens);
    }

    private int Take(ReadOnlySpan<int> ids, TextRequest request, TokenBuffer tokens)
    {
        TokenRows.RequireKnown(ids, Math.Min(network.Tokens, tokenizer.VocabularySize));
        tokenizer.Tokenize(request.Prompt, tokens);
        foreach (var id in ids)
        {
            tokens.Add(id, 0, 0);
        }

        var seen = tokens.Count;
        tokens.TruncateTo(request.MaxTokens);
        return seen;
    }

    private EmbeddingOutcome RunOne(int seen, TextRequest request, TokenBuffer tokens, float[] vector, Span<float> row)
    {
        TokenRows.Require(tokens.Ids, network.Tokens, tokenizer);
        var used = network.Forward(tokens.Ids, countsUnknown ? -1 : tokenizer.UnknownId ?? -1, vector);
        if (used == 0)
        {
            throw new SimileException(
                ErrorCode.NoKnownTokens,
                $"None of the text's {seen} tokens is in the model's vocabulary. Use a model for its language or script."
            );
        }

        cut.Fill(vector, request.Space, row);
        return new EmbeddingOutcome(seen, tokens.Count) { Truncated = seen > tokens.Count };
    }
}
