using System.Collections.Frozen;
using System.Text;

namespace Simile.Tokenization.Unicode;

/// <summary>Canonical decomposition (NFD) of single characters, without the system's ICU: Simile runs with invariant
/// globalization.</summary>
internal static partial class CanonicalDecomposition
{
    private const int HangulBase = 0xAC00;
    private const int HangulCount = 11172;
    private const int VowelCount = 21;
    private const int TailCount = 28;

    private static readonly Lazy<FrozenDictionary<int, string>> Mappings = new(() => ReadTable(Table));

    /// <summary>The full decomposition of a character, or an empty span when it stands for itself.</summary>
    /// <param name="rune">The character.</param>
    /// <param name="hangul">Room for three units, used for Hangul syllables.</param>
    public static ReadOnlySpan<char> Of(Rune rune, Span<char> hangul)
    {
        var index = rune.Value - HangulBase;
        if ((uint)index < HangulCount)
        {
            return DecomposeHangul(index, hangul);
        }

        return rune.Value >= 0xC0 && Mappings.Value.TryGetValue(rune.Value, out var mapping) ? mapping : [];
    }

    // The Unicode Standard, section 3.12, "Conjoining Jamo Behavior".
    private static ReadOnlySpan<char> DecomposeHangul(int index, Span<char> jamo)
    {
        jamo[0] = (char)(0x1100 + (index / (VowelCount * TailCount)));
        jamo[1] = (char)(0x1161 + (index / TailCount % VowelCount));
        var tail = index % TailCount;
        jamo[2] = (char)(0x11A7 + tail);
        return tail == 0 ? jamo[..2] : jamo[..3];
    }

    internal static FrozenDictionary<int, string> ReadTable(string table)
    {
        var mappings = new Dictionary<int, string>(4000);
        var start = 0;
        while (start < table.Length)
        {
            var end = table.IndexOf('\0', start);
            var rune = Rune.GetRuneAt(table, start);
            start += rune.Utf16SequenceLength;
            mappings[rune.Value] = table[start..end];
            start = end + 1;
        }

        return mappings.ToFrozenDictionary();
    }
}
