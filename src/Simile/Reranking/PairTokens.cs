using System.Collections.Immutable;
using Simile.Tokenization;

namespace Simile.Reranking;

/// <summary>Puts the tokens of two texts together as a network saw them in training, cut to a limit as Hugging Face's tokenizers cut
/// ("longest first").</summary>
/// <param name="parts">The places of the two texts and of special tokens.</param>
/// <param name="maxTokens">The limit, special tokens included.</param>
internal sealed class PairTokens(ImmutableArray<PairPart> parts, int maxTokens)
{
    private readonly int _special = parts.Count(part => part.Text < 0);

    /// <summary>The fewest tokens that have room for one of each text.</summary>
    public static int Fewest(ImmutableArray<PairPart> parts) => parts.Count(part => part.Text < 0) + 2;

    /// <summary>Joins two texts.</summary>
    public PairRow Join(ReadOnlySpan<int> first, ReadOnlySpan<int> second)
    {
        // The library cuts each text to the limit before it looks which is the longer: of two longer ones, the second gets the odd token.
        var (keptFirst, keptSecond) = Keep(Math.Min(first.Length, maxTokens), Math.Min(second.Length, maxTokens), maxTokens - _special);
        var ids = new List<int>(keptFirst + keptSecond + _special);
        var types = new List<int>(ids.Capacity);
        foreach (var part in parts)
        {
            var tokens =
                part.Text < 0 ? [part.Id]
                : part.Text == 0 ? first[..keptFirst]
                : second[..keptSecond];
            ids.AddRange(tokens);
            types.AddRange(Enumerable.Repeat(part.Type, tokens.Length));
        }

        return new PairRow([.. ids], [.. types], first.Length + second.Length + _special) { QueryLeftOut = first.Length - keptFirst };
    }

    /// <summary>How many tokens of each are kept: the longer text loses first, and where both are long each keeps half.</summary>
    internal static (int First, int Second) Keep(int first, int second, int room)
    {
        if (first + second <= room)
        {
            return (first, second);
        }

        var (shorter, longer) = (Math.Min(first, second), Math.Max(first, second));
        longer = shorter > room ? shorter : Math.Max(shorter, room - shorter);
        if (shorter + longer > room)
        {
            shorter = room / 2;
            longer = shorter + (room % 2);
        }

        return first > second ? (longer, shorter) : (shorter, longer);
    }
}

/// <summary>Turns a query and texts into what the network sees.</summary>
internal interface IPairForm
{
    /// <summary>Takes a query and gives what joins it with a text: ids and types of what is kept, and the tokens there were.</summary>
    Func<string, PairRow> For(string query);
}

/// <summary>What the network sees of a pair.</summary>
/// <param name="Ids">The tokens that are kept.</param>
/// <param name="Types">Their types; empty where all are of type 0.</param>
/// <param name="Seen">Tokens before the cut.</param>
internal readonly record struct PairRow(int[] Ids, int[] Types, int Seen)
{
    /// <summary>Tokens of the query that were cut.</summary>
    public int QueryLeftOut { get; init; }
}

/// <summary>A cross-encoder's pair: both texts between special tokens, the longer one cut first.</summary>
internal sealed class CrossEncoderForm(ITokenizer tokenizer, ImmutableArray<PairPart> parts, int maxTokens) : IPairForm
{
    private readonly PairTokens _pair = new(parts, maxTokens);

    public Func<string, PairRow> For(string query)
    {
        var first = TokensOf(query, tokenizer);
        return text => _pair.Join(first, TokensOf(text, tokenizer));
    }

    /// <summary>The tokens of a text, without special ones.</summary>
    public static int[] TokensOf(string text, ITokenizer tokenizer)
    {
        var tokens = new TokenBuffer();
        tokenizer.Tokenize(text, tokens);
        return tokens.Ids.ToArray();
    }
}

/// <summary>Qwen3-Reranker's pair: a chat of one turn in which the network is asked whether the document answers the query. What is too
/// long is cut at the document's end.</summary>
/// <remarks>Zhang et al. 2025; the words are those of the model's card, without which its answers mean nothing.</remarks>
internal sealed class ChatForm(ITokenizer tokenizer, string? instruction, int maxTokens) : IPairForm
{
    private const string UsualInstruction = "Given a web search query, retrieve relevant passages that answer the query";
    private const string Before =
        "<|im_start|>system\nJudge whether the Document meets the requirements based on the Query and "
        + "the Instruct provided. "
        + "Note that the answer can only be \"yes\" or \"no\".<|im_end|>\n<|im_start|>user\n";
    private const string Behind = "<|im_end|>\n<|im_start|>assistant\n<think>\n\n</think>\n\n";
    private readonly int[] _before = CrossEncoderForm.TokensOf(Before, tokenizer);
    private readonly int[] _behind = CrossEncoderForm.TokensOf(Behind, tokenizer);

    public Func<string, PairRow> For(string query)
    {
        var question = $"<Instruct>: {instruction ?? UsualInstruction}\n<Query>: {query}\n<Document>: ";
        var (asked, room) = (CrossEncoderForm.TokensOf(question, tokenizer).Length, maxTokens - _before.Length - _behind.Length);
        if (asked >= room)
        {
            var all = _before.Length + asked + _behind.Length;
            throw new SimileException(
                ErrorCode.QueryTooLong,
                $"The query takes {all} tokens with the instruction and the chat around it, but {maxTokens} are the most, so no text "
                    + "has room beside it. Ask a shorter query."
            );
        }

        return text =>
        {
            // Query and document are tokenized as one text: where one ends and the other begins, tokens may reach across.
            var turn = CrossEncoderForm.TokensOf(question + text, tokenizer);
            int[] kept = [.. _before, .. turn.AsSpan(0, Math.Min(room, turn.Length)), .. _behind];
            return new PairRow(kept, [], _before.Length + turn.Length + _behind.Length);
        };
    }
}
