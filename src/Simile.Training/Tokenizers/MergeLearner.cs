using System.Runtime.InteropServices;

namespace Simile.Training.Tokenizers;

/// <summary>Learns pieces by joining the most frequent neighbours again and again (byte-pair encoding over characters).</summary>
/// <remarks>Sennrich, Haddow and Birch 2016, "Neural machine translation of rare words with subword units". Ties go to the older
/// pieces.</remarks>
internal sealed class MergeLearner
{
    private readonly List<string> _pieces = [];
    private readonly Dictionary<string, int> _ids = new(StringComparer.Ordinal);
    private readonly int[][] _words;
    private readonly long[] _counts;
    private readonly Dictionary<long, long> _pairCounts = [];
    private readonly Dictionary<long, List<int>> _pairWords = [];
    private readonly PriorityQueue<long, (long NegativeCount, long Pair)> _queue = new();

    /// <summary>Begins with single characters.</summary>
    /// <param name="words">Words, each spelled in pieces of one character.</param>
    public MergeLearner(IReadOnlyList<(string[] Pieces, long Count)> words)
    {
        _words = new int[words.Count][];
        _counts = new long[words.Count];
        for (var w = 0; w < words.Count; w++)
        {
            _words[w] = [.. words[w].Pieces.Select(IdOf)];
            _counts[w] = words[w].Count;
            for (var i = 1; i < _words[w].Length; i++)
            {
                AddPair(PairOf(_words[w][i - 1], _words[w][i]), w, _counts[w]);
            }
        }

        foreach (var (pair, count) in _pairCounts)
        {
            _queue.Enqueue(pair, (-count, pair));
        }
    }

    /// <summary>The pieces so far, oldest first.</summary>
    public IReadOnlyList<string> Pieces => _pieces;

    /// <summary>Joins neighbours until there are <paramref name="size"/> pieces, or no pair occurs twice.</summary>
    public void Grow(int size, IProgress<long>? progress, CancellationToken cancellationToken)
    {
        while (_pieces.Count < size && _queue.TryDequeue(out var pair, out var priority))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var count = _pairCounts.GetValueOrDefault(pair);
            if (count != -priority.NegativeCount)
            {
                Requeue(pair, count);
                continue;
            }

            if (count < 2)
            {
                return;
            }

            Join(pair);
            progress?.Report(_pieces.Count);
        }
    }

    private static long PairOf(int left, int right) => ((long)left << 32) | (uint)right;

    private void Requeue(long pair, long count)
    {
        if (count > 0)
        {
            _queue.Enqueue(pair, (-count, pair));
        }
    }

    private void Join(long pair)
    {
        var (left, right) = ((int)(pair >> 32), (int)pair);
        var joined = IdOf(_pieces[left] + _pieces[right].Replace("##", string.Empty, StringComparison.Ordinal));
        var changed = new HashSet<long>();
        foreach (var w in _pairWords[pair].Distinct())
        {
            JoinInWord(w, left, right, joined, changed);
        }

        _pairWords.Remove(pair);
        _pairCounts.Remove(pair);
        foreach (var other in changed.Order())
        {
            Requeue(other, _pairCounts.GetValueOrDefault(other));
        }
    }

    private void JoinInWord(int w, int left, int right, int joined, HashSet<long> changed)
    {
        var word = _words[w];
        var result = new List<int>(word.Length);
        for (var i = 0; i < word.Length; i++)
        {
            var isPair = i + 1 < word.Length && word[i] == left && word[i + 1] == right;
            result.Add(isPair ? joined : word[i]);
            i += isPair ? 1 : 0;
        }

        if (result.Count == word.Length)
        {
            return;
        }

        CountPairs(word, w, -_counts[w], null);
        CountPairs(result, w, _counts[w], changed);
        _words[w] = [.. result];
    }

    private void CountPairs(IReadOnlyList<int> word, int w, long count, HashSet<long>? changed)
    {
        for (var i = 1; i < word.Count; i++)
        {
            var pair = PairOf(word[i - 1], word[i]);
            AddPair(pair, count > 0 && changed is not null ? w : -1, count);
            changed?.Add(pair);
        }
    }

    private void AddPair(long pair, int word, long count)
    {
        CollectionsMarshal.GetValueRefOrAddDefault(_pairCounts, pair, out _) += count;
        if (word < 0)
        {
            return;
        }

        ref var words = ref CollectionsMarshal.GetValueRefOrAddDefault(_pairWords, pair, out _);
        words ??= [];
        if (words.Count == 0 || words[^1] != word)
        {
            words.Add(word);
        }
    }

    private int IdOf(string piece)
    {
        ref var id = ref CollectionsMarshal.GetValueRefOrAddDefault(_ids, piece, out var known);
        if (!known)
        {
            id = _pieces.Count;
            _pieces.Add(piece);
        }

        return id;
    }
}
