using System.Runtime.InteropServices;
using System.Text;

namespace Simile.Tokenization.Pieces;

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
