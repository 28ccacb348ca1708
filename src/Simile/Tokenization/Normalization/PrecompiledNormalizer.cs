using System.Globalization;
using System.Text;
using Simile.Tokenization.Offsets;
using Simile.Tokenization.Pipeline;

namespace Simile.Tokenization.Normalization;

/// <summary>SentencePiece's compiled normalization rules, applied to one grapheme cluster after another as Hugging Face's library
/// does.</summary>
internal sealed class PrecompiledNormalizer(CharacterMap map) : ITextNormalizer
{
    private const int LongestCluster = 5;

    public void Normalize(NormalizedText text)
    {
        var modified = false;
        var units = text.Units;
        while (!units.IsEmpty)
        {
            var length = LengthOfCluster(units);
            modified |= NormalizeCluster(units[..length], text);
            units = units[length..];
        }

        if (modified)
        {
            text.ApplyChanges();
        }
        else
        {
            text.ForgetChanges();
        }
    }

    private static int LengthOfCluster(ReadOnlySpan<char> units) =>
        units.Length == 1 || (units[0] < 128 && units[1] < 128 && units[0] != '\r') ? 1 : StringInfo.GetNextTextElementLength(units);

    private bool NormalizeCluster(ReadOnlySpan<char> cluster, NormalizedText text)
    {
        if (cluster.Length > 1 && Encoding.UTF8.GetByteCount(cluster) <= LongestCluster && map.Find(cluster) is { } whole)
        {
            Replace(cluster, whole, text);
            return true;
        }

        var modified = false;
        while (!cluster.IsEmpty)
        {
            Rune.DecodeFromUtf16(cluster, out var rune, out var length);
            if (map.Find(cluster[..length]) is { } part)
            {
                Replace(cluster[..length], part, text);
                modified = true;
            }
            else
            {
                text.Change(rune, 0);
            }

            cluster = cluster[length..];
        }

        return modified;
    }

    private static void Replace(ReadOnlySpan<char> old, string replacement, NormalizedText text)
    {
        var added = Count(replacement) - Count(old);
        var plain = Count(replacement) - Math.Max(0, added);
        foreach (var rune in replacement.EnumerateRunes())
        {
            text.Change(rune, plain-- > 0 ? 0 : 1);
        }

        if (added < 0)
        {
            text.AmendLastChange(added);
        }
    }

    private static int Count(ReadOnlySpan<char> units)
    {
        var count = 0;
        foreach (var unit in units)
        {
            count += char.IsLowSurrogate(unit) ? 0 : 1;
        }

        return count;
    }
}
