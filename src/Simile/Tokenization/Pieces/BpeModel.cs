using System.Runtime.InteropServices;
using System.Text;

namespace Simile.Tokenization.Pieces;

/// <summary>Byte pair encoding: a word begins as characters, and the pair that was learned first is merged until none is left.</summary>
/// <remarks>Sennrich, Haddow and Birch 2016, "Neural machine translation of rare words with subword units".</remarks>
internal sealed class BpeModel : IPieceModel
{
    private readonly Dictionary<string, int> _vocabulary;
    private readonly Dictionary<long, (int Rank, int Id)> _merges;

    public BpeModel(Dictionary<string, int> vocabulary, IReadOnlyList<(string Left, string Right)> merges, BpeOptions options)
    {
        _vocabulary = vocabulary;
        Options = options;
        _merges = new Dictionary<long, (int, int)>(merges.Count);
        for (var rank = 0; rank < merges.Count; rank++)
        {
            var (left, right) = merges[rank];
            var rest =
                right.Length >= options.ContinuingSubwordPrefix.Length
                    ? right[options.ContinuingSubwordPrefix.Length..]
                    : throw Refusal(right);
            _merges[Key(IdOf(left), IdOf(right))] = (rank, IdOf(left + rest));
        }

        UnknownId = options.UnknownToken is null ? null : IdOf(options.UnknownToken);
        Bytes = options.ByteFallback ? new BytePieces(vocabulary) : null;
    }

    public BpeOptions Options { get; }

    public IReadOnlyDictionary<string, int> Vocabulary => _vocabulary;

    public Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> Entries => _vocabulary.GetAlternateLookup<ReadOnlySpan<char>>();

    public BytePieces? Bytes { get; }

    public int? UnknownId { get; }

    public bool IsCached => true;

    public PieceWorker CreateWorker() => new BpeWorker(this);

    /// <summary>The rank of a pair and the entry that it makes; false when the pair is not merged.</summary>
    public bool TryMerge(int left, int right, out (int Rank, int Id) merge) => _merges.TryGetValue(Key(left, right), out merge);

    private static long Key(int left, int right) => ((long)left << 32) | (uint)right;

    private int IdOf(string token) => _vocabulary.TryGetValue(token, out var id) ? id : throw Refusal(token);

    private SimileException Refusal(string token) =>
        new(
            ErrorCode.UnsupportedTokenizer,
            $"The tokenizer merges or names '{token}', which is not in its vocabulary of {_vocabulary.Count} entries."
        );
}

/// <summary>The options of a BPE model. The names are those of tokenizer.json.</summary>
internal sealed record BpeOptions
{
    /// <summary>The entry for characters that the vocabulary lacks; null drops them.</summary>
    public string? UnknownToken { get; init; }

    /// <summary>Makes one unknown token of neighbours.</summary>
    public bool FuseUnknown { get; init; }

    /// <summary>Spells characters that the vocabulary lacks by their bytes.</summary>
    public bool ByteFallback { get; init; }

    /// <summary>Takes a word that is an entry as it is.</summary>
    public bool IgnoreMerges { get; init; }

    /// <summary>What stands before a character that continues a word.</summary>
    public string ContinuingSubwordPrefix { get; init; } = string.Empty;

    /// <summary>What stands after the last character of a word.</summary>
    public string EndOfWordSuffix { get; init; } = string.Empty;
}

/// <summary>Merges the characters of a word, best pair first, with a heap: n log n in the length of the word.</summary>
internal sealed class BpeWorker(BpeModel model) : PieceWorker
{
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _entries = model.Entries;
    private readonly PriorityQueue<(int Position, int Id), long> _queue = new();
    private readonly StringBuilder _decorated = new();
    private readonly List<Symbol> _symbols = [];
    private bool _countsBytes;
    private (int Id, int Units, int Bytes) _unknown;

    public override void Tokenize(ReadOnlySpan<char> word, TokenBuffer pieces)
    {
        if (model.Options.IgnoreMerges && _entries.TryGetValue(word, out var id))
        {
            pieces.Add(id, 0, word.Length);
            return;
        }

        ReadSymbols(word);
        MergeAll();
        var places = new ByteWalker(word);
        var (bytes, units) = (0, 0);
        foreach (var symbol in _symbols)
        {
            if (symbol.Bytes == 0)
            {
                continue;
            }

            var (from, to) = _countsBytes ? places.Next(bytes, bytes + symbol.Bytes) : (units, units + symbol.Units);
            pieces.Add(symbol.Id, from, to);
            bytes += symbol.Bytes;
            units += symbol.Units;
        }
    }

    private void ReadSymbols(ReadOnlySpan<char> word)
    {
        _symbols.Clear();
        _countsBytes = false;
        _unknown = default;
        var start = 0;
        while (start < word.Length)
        {
            Rune.DecodeFromUtf16(word[start..], out var rune, out var length);
            var id = Find(word.Slice(start, length), start == 0, start + length == word.Length);
            if (id >= 0)
            {
                AddUnknown();
                Add(id, length, rune.Utf8SequenceLength);
            }
            else if (!AddBytes(word.Slice(start, length), start == 0, start + length == word.Length))
            {
                ReadUnknown(length, rune.Utf8SequenceLength);
            }

            start += length;
        }

        AddUnknown();
    }

    private int Find(ReadOnlySpan<char> character, bool isFirst, bool isLast)
    {
        var prefix = isFirst ? string.Empty : model.Options.ContinuingSubwordPrefix;
        var suffix = isLast ? model.Options.EndOfWordSuffix : string.Empty;
        if (prefix.Length + suffix.Length == 0)
        {
            return _entries.TryGetValue(character, out var plain) ? plain : -1;
        }

        _decorated.Clear().Append(prefix).Append(character).Append(suffix);
        return model.Vocabulary.TryGetValue(_decorated.ToString(), out var id) ? id : -1;
    }

    private bool AddBytes(ReadOnlySpan<char> character, bool isFirst, bool isLast)
    {
        if (model.Bytes is not { } entries)
        {
            return false;
        }

        var prefix = isFirst ? string.Empty : model.Options.ContinuingSubwordPrefix;
        var suffix = isLast ? model.Options.EndOfWordSuffix : string.Empty;
        var bytes = Encoding.UTF8.GetBytes(string.Concat(prefix, character, suffix));
        if (!entries.Covers(bytes))
        {
            return false;
        }

        _countsBytes = true;
        foreach (var value in bytes)
        {
            Add(entries[value], 0, 1);
        }

        return true;
    }

    private void ReadUnknown(int units, int bytes)
    {
        if (model.UnknownId is not { } id)
        {
            // Dropped; the places of what follows are then off, as they are in Hugging Face's library.
            _countsBytes = true;
            return;
        }

        if (!model.Options.FuseUnknown)
        {
            AddUnknown();
        }

        _unknown = (id, _unknown.Units + units, _unknown.Bytes + bytes);
    }

    private void AddUnknown()
    {
        if (_unknown.Bytes > 0)
        {
            Add(_unknown.Id, _unknown.Units, _unknown.Bytes);
            _unknown = default;
        }
    }

    private void Add(int id, int units, int bytes) => _symbols.Add(new Symbol(id, units, bytes, _symbols.Count - 1, _symbols.Count + 1));

    private void MergeAll()
    {
        var symbols = CollectionsMarshal.AsSpan(_symbols);
        _queue.Clear();
        for (var i = 0; i + 1 < symbols.Length; i++)
        {
            Enqueue(symbols, i);
        }

        while (_queue.TryDequeue(out var best, out _))
        {
            ref var left = ref symbols[best.Position];
            if (left.Bytes == 0 || left.Next >= symbols.Length)
            {
                continue;
            }

            ref var right = ref symbols[left.Next];
            if (model.TryMerge(left.Id, right.Id, out var merge) && merge.Id == best.Id)
            {
                Merge(symbols, best.Position, merge.Id);
            }
        }
    }

    private void Merge(Span<Symbol> symbols, int position, int id)
    {
        ref var left = ref symbols[position];
        ref var right = ref symbols[left.Next];
        left = new Symbol(id, left.Units + right.Units, left.Bytes + right.Bytes, left.Previous, right.Next);
        right = right with { Bytes = 0 };
        if (left.Next < symbols.Length)
        {
            symbols[left.Next] = symbols[left.Next] with { Previous = position };
            Enqueue(symbols, position);
        }

        if (left.Previous >= 0)
        {
            Enqueue(symbols, left.Previous);
        }
    }

    private void Enqueue(Span<Symbol> symbols, int position)
    {
        if (model.TryMerge(symbols[position].Id, symbols[symbols[position].Next].Id, out var merge))
        {
            _queue.Enqueue((position, merge.Id), ((long)merge.Rank << 32) | (uint)position);
        }
    }

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Symbol(int Id, int Units, int Bytes, int Previous, int Next);
}

/// <summary>Walks along a word and tells which UTF-16 units a stretch of its UTF-8 touches.</summary>
[StructLayout(LayoutKind.Auto)]
internal ref struct ByteWalker(ReadOnlySpan<char> word)
{
    private readonly ReadOnlySpan<char> _word = word;
    private int _unit;
    private int _byte;

    /// <summary>The units of the next stretch; stretches come in order.</summary>
    public (int From, int To) Next(int fromByte, int toByte)
    {
        Advance(fromByte);
        var from = Math.Min(_unit, Math.Max(0, _word.Length - 1));
        var ahead = this;
        ahead.Advance(toByte - 1);
        return (from, Math.Min(_word.Length, ahead._unit + ahead.LengthHere().Units));
    }

    private void Advance(int target)
    {
        while (_unit < _word.Length && _byte + LengthHere().Bytes <= target)
        {
            var (units, bytes) = LengthHere();
            _unit += units;
            _byte += bytes;
        }
    }

    private readonly (int Units, int Bytes) LengthHere()
    {
        if (_unit >= _word.Length)
        {
            return (0, 0);
        }

        Rune.DecodeFromUtf16(_word[_unit..], out var rune, out var units);
        return (units, rune.Utf8SequenceLength);
    }
}
