using System.Collections.Frozen;
using System.Text;

namespace Simile.Tokenization.Unicode;

/// <summary>Which two characters make one (canonical composition).</summary>
internal static partial class CompositionPairs
{
    private const int LeadBase = 0x1100;
    private const int LeadCount = 19;
    private const int VowelBase = 0x1161;
    private const int VowelCount = 21;
    private const int TailBase = 0x11A7;
    private const int TailCount = 28;
    private const int SyllableBase = 0xAC00;
    private const int SyllableCount = LeadCount * VowelCount * TailCount;

    private static readonly Lazy<FrozenDictionary<long, int>> Pairs = new(ReadTable);

    /// <summary>What the two make, or -1.</summary>
    public static int Find(int first, int second)
    {
        if (second < 0x300)
        {
            return -1;
        }

        var hangul = FindHangul(first, second);
        return hangul >= 0 ? hangul
            : Pairs.Value.TryGetValue(Key(first, second), out var composed) ? composed
            : -1;
    }

    // The Unicode Standard, section 3.12, "Conjoining Jamo Behavior".
    private static int FindHangul(int first, int second)
    {
        if ((uint)(first - LeadBase) < LeadCount && (uint)(second - VowelBase) < VowelCount)
        {
            return SyllableBase + ((((first - LeadBase) * VowelCount) + second - VowelBase) * TailCount);
        }

        var isOpenSyllable = (uint)(first - SyllableBase) < SyllableCount && (first - SyllableBase) % TailCount == 0;
        return isOpenSyllable && second is > TailBase and < TailBase + TailCount ? first + second - TailBase : -1;
    }

    private static long Key(int first, int second) => ((long)first << 32) | (uint)second;

    // Records of three characters: the two, and what they make.
    private static FrozenDictionary<long, int> ReadTable()
    {
        var codes = Table.EnumerateRunes().Select(rune => rune.Value).ToArray();
        return codes.Chunk(3).ToFrozenDictionary(record => Key(record[0], record[1]), record => record[2]);
    }
}
