using System.Runtime.InteropServices;
using System.Text;

namespace Simile.Tokenization.Pieces;

/// <summary>SentencePiece's unigram model: of all the ways to spell a word the most probable one.</summary>
/// <remarks>Kudo 2018, "Subword regularization".</remarks>
internal sealed class UnigramModel : IPieceModel
{
    private const double UnknownPenalty = 10;
    private readonly Dictionary<string, int> _vocabulary = new(StringComparer.Ordinal);

    public UnigramModel(IReadOnlyList<KeyValuePair<string, double>> pieces, int? unknownId, bool byteFallback)
    {
        if (unknownId is < 0 || unknownId >= pieces.Count)
        {
            throw new SimileException(
                ErrorCode.UnsupportedTokenizer,
                $"The tokenizer's unk_id is {unknownId}; expected 0 to {pieces.Count - 1}, since it has {pieces.Count} pieces."
            );
        }

        for (var id = 0; id < pieces.Count; id++)
        {
            _vocabulary[pieces[id].Key] = id;
        }

        UnknownId = unknownId;
        Trie = new PieceTrie(_vocabulary);
        Scores = [.. pieces.Select(piece => piece.Value)];
        UnknownScore = Scores.Append(double.PositiveInfinity).Min() - UnknownPenalty;
        Bytes = byteFallback ? new BytePieces(_vocabulary) : null;
    }

    public IReadOnlyDictionary<string, int> Vocabulary => _vocabulary;

    public Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> Entries => _vocabulary.GetAlternateLookup<ReadOnlySpan<char>>();

    public int? UnknownId { get; }

    public PieceTrie Trie { get; }

    public double[] Scores { get; }

    public double UnknownScore { get; }

    public BytePieces? Bytes { get; }

    public bool IsCached => true;

    public PieceWorker CreateWorker() => new UnigramWorker(this);
}

/// <summary>Finds the best spelling of a word from left to right (Viterbi): linear in the word, times its longest piece.</summary>
internal sealed class UnigramWorker(UnigramModel model) : PieceWorker
{
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _entries = model.Entries;
    private readonly List<Node> _path = [];
    private Node[] _best = new Node[128];

    public override void Tokenize(ReadOnlySpan<char> word, TokenBuffer pieces)
    {
        if (word.IsEmpty)
        {
            return;
        }

        FindBest(word);
        TraceBack(word.Length);
        for (var i = _path.Count - 1; i >= 0; i--)
        {
            Emit(word[_path[i].Start.._path[i].End], _path[i], pieces);
        }
    }

    private void FindBest(ReadOnlySpan<char> word)
    {
        if (_best.Length <= word.Length)
        {
            _best = new Node[Math.Max(word.Length + 1, _best.Length * 2)];
        }

        _best.AsSpan(0, word.Length + 1).Fill(new Node(-1, -1, 0, 0));
        var start = 0;
        while (start < word.Length)
        {
            var length = char.IsHighSurrogate(word[start]) ? 2 : 1;
            var node = 0;
            var hasSingle = false;
            for (var end = start; end < word.Length && model.Trie.TryStep(ref node, word[end], out var id); end++)
            {
                if (id >= 0)
                {
                    Offer(id, start, end + 1, model.Scores[id]);
                    hasSingle |= end + 1 - start == length;
                }
            }

            if (!hasSingle)
            {
                Offer(UnknownId(), start, start + length, model.UnknownScore);
            }

            start += length;
        }
    }

    private int UnknownId() =>
        model.UnknownId
        ?? throw new SimileException(
            ErrorCode.UnsupportedTokenizer,
            "The text has a character that the tokenizer cannot spell, and its unigram model has no unk_id."
        );

    private void Offer(int id, int start, int end, double score)
    {
        score += _best[start].Score;
        if (_best[end].Start < 0 || score > _best[end].Score)
        {
            _best[end] = new Node(id, start, end, score);
        }
    }

    private void TraceBack(int end)
    {
        _path.Clear();
        while (end > 0)
        {
            var node = _best[end];
            if (_path.Count > 0 && node.Id == model.UnknownId && _path[^1].Id == model.UnknownId)
            {
                // Neighbours that are unknown become one.
                _path[^1] = _path[^1] with
                {
                    Start = node.Start,
                };
            }
            else
            {
                _path.Add(node);
            }

            end = node.Start;
        }
    }

    private void Emit(ReadOnlySpan<char> text, Node node, TokenBuffer pieces)
    {
        if (node.Id != model.UnknownId)
        {
            pieces.Add(node.Id, node.Start, node.End);
            return;
        }

        if (_entries.TryGetValue(text, out var id))
        {
            pieces.Add(id, node.Start, node.End);
            return;
        }

        if (model.Bytes is { } bytes)
        {
            var utf8 = Encoding.UTF8.GetBytes(text.ToString());
            if (bytes.Covers(utf8))
            {
                foreach (var value in utf8)
                {
                    pieces.Add(bytes[value], node.Start, node.End);
                }

                return;
            }
        }

        pieces.Add(node.Id, node.Start, node.End);
    }

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Node(int Id, int Start, int End, double Score);
}
