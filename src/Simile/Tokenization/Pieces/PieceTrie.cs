using System.Numerics;

namespace Simile.Tokenization.Pieces;

/// <summary>A trie over UTF-16 units. The step from a node to its child is one look-up in an open-addressing table.</summary>
internal sealed class PieceTrie
{
    private const ulong Empty = ulong.MaxValue;
    private readonly List<int> _values = [-1];
    private ulong[] _keys;
    private int[] _children;
    private int _shift;

    public PieceTrie(IReadOnlyCollection<KeyValuePair<string, int>> pieces)
    {
        _keys = [];
        _children = [];
        Resize(Math.Max(16, pieces.Count));
        foreach (var (piece, value) in pieces)
        {
            Insert(piece, value);
        }
    }

    /// <summary>Goes from a node (0 is the root) to its child; false when there is none.</summary>
    public bool TryStep(ref int node, char unit, out int value)
    {
        var key = ((ulong)(uint)node << 16) | unit;
        for (var slot = SlotOf(key); _keys[slot] != Empty; slot = (slot + 1) & (_keys.Length - 1))
        {
            if (_keys[slot] == key)
            {
                node = _children[slot];
                value = _values[node];
                return true;
            }
        }

        value = -1;
        return false;
    }

    private void Insert(string piece, int value)
    {
        var node = 0;
        foreach (var unit in piece)
        {
            if (!TryStep(ref node, unit, out _))
            {
                Add(((ulong)(uint)node << 16) | unit, _values.Count);
                node = _values.Count;
                _values.Add(-1);
            }
        }

        _values[node] = value;
    }

    private void Add(ulong key, int child)
    {
        if (_values.Count * 2 > _keys.Length)
        {
            var (keys, children) = (_keys, _children);
            Resize(_keys.Length);
            for (var i = 0; i < keys.Length; i++)
            {
                if (keys[i] != Empty)
                {
                    Place(keys[i], children[i]);
                }
            }
        }

        Place(key, child);
    }

    private void Place(ulong key, int child)
    {
        var slot = SlotOf(key);
        while (_keys[slot] != Empty)
        {
            slot = (slot + 1) & (_keys.Length - 1);
        }

        (_keys[slot], _children[slot]) = (key, child);
    }

    private void Resize(int half)
    {
        _keys = new ulong[(int)BitOperations.RoundUpToPowerOf2((uint)half * 2)];
        _children = new int[_keys.Length];
        _shift = 64 - BitOperations.Log2((uint)_keys.Length);
        Array.Fill(_keys, Empty);
    }

    // Fibonacci hashing.
    private int SlotOf(ulong key) => (int)((key * 11400714819323198485UL) >> _shift);
}
