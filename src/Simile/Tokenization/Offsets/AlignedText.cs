using System.Text;

namespace Simile.Tokenization.Offsets;

/// <summary>Text under way to tokens: UTF-16 units and, for each, the stretch of the original text that it stands for. Reused; not safe for
/// several threads at once.</summary>
internal sealed class AlignedText
{
    private char[] _units = new char[256];
    private int[] _starts = new int[256];
    private int[] _ends = new int[256];

    public int Count { get; private set; }

    /// <summary>The most units that it takes; more is an error of the text, not of the process.</summary>
    public int MaxCount { get; set; } = int.MaxValue / 2;

    public Span<char> Units => _units.AsSpan(0, Count);

    public Span<int> Starts => _starts.AsSpan(0, Count);

    public Span<int> Ends => _ends.AsSpan(0, Count);

    public void Clear() => Count = 0;

    public void Add(char unit, int start, int end)
    {
        EnsureRoom(Count + 1);
        _units[Count] = unit;
        _starts[Count] = start;
        _ends[Count] = end;
        Count++;
    }

    public void Add(Rune rune, int start, int end)
    {
        EnsureRoom(Count + 2);
        var units = rune.EncodeToUtf16(_units.AsSpan(Count));
        _starts.AsSpan(Count, units).Fill(start);
        _ends.AsSpan(Count, units).Fill(end);
        Count += units;
    }

    /// <summary>Appends a part of another text with its places.</summary>
    public void Add(AlignedText other, int from, int to)
    {
        EnsureRoom(Count + to - from);
        other._units.AsSpan(from, to - from).CopyTo(_units.AsSpan(Count));
        other._starts.AsSpan(from, to - from).CopyTo(_starts.AsSpan(Count));
        other._ends.AsSpan(from, to - from).CopyTo(_ends.AsSpan(Count));
        Count += to - from;
    }

    /// <summary>Appends a part of the original text, where every character stands for itself; a lone surrogate becomes U+FFFD.</summary>
    public void AddOriginal(ReadOnlySpan<char> text, int from, int to)
    {
        EnsureRoom(Count + to - from);
        for (var i = from; i < to; i++)
        {
            if (char.IsSurrogate(text[i]))
            {
                Rune.DecodeFromUtf16(text[i..to], out var rune, out var length);
                Add(rune, i, i + length);
                i += length - 1;
                continue;
            }

            _units[Count] = text[i];
            _starts[Count] = i;
            _ends[Count++] = i + 1;
        }
    }

    private void EnsureRoom(int count)
    {
        if (count > MaxCount)
        {
            throw GrowthLimit.Exceeded(MaxCount);
        }

        if (count > _units.Length)
        {
            var capacity = Math.Max(count, (int)Math.Min(int.MaxValue / 2, _units.Length * 2L));
            Array.Resize(ref _units, capacity);
            Array.Resize(ref _starts, capacity);
            Array.Resize(ref _ends, capacity);
        }
    }
}
