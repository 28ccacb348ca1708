using System.Buffers.Binary;
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

/// <summary>A precompiled_charsmap: a double array (darts-clone) over UTF-8 whose values are places in a list of replacements.</summary>
internal sealed class CharacterMap
{
    private readonly uint[] _units;
    private readonly byte[] _replacements;
    private readonly string?[] _ascii = new string?[128];

    public CharacterMap(ReadOnlySpan<byte> bytes)
    {
        var size = bytes.Length >= 4 ? BinaryPrimitives.ReadUInt32LittleEndian(bytes) : 0;
        if (size < 4 || size > bytes.Length - 4)
        {
            throw new SimileException(
                ErrorCode.UnsupportedTokenizer,
                $"The tokenizer's precompiled_charsmap of {bytes.Length} bytes claims a trie of {size} bytes; expected 4 to "
                    + $"{Math.Max(0, bytes.Length - 4)}."
            );
        }

        _units = new uint[size / 4];
        for (var i = 0; i < _units.Length; i++)
        {
            _units[i] = BinaryPrimitives.ReadUInt32LittleEndian(bytes[(4 + (4 * i))..]);
        }

        _replacements = bytes[(4 + (int)(size / 4 * 4))..].ToArray();
        for (var code = 1; code < _ascii.Length; code++)
        {
            _ascii[code] = Look([(byte)code]);
        }
    }

    /// <summary>The replacement of the shortest beginning of <paramref name="text"/> that has one, or null.</summary>
    public string? Find(ReadOnlySpan<char> text)
    {
        if (text is [< (char)128])
        {
            return _ascii[text[0]];
        }

        Span<byte> bytes = stackalloc byte[8];
        return Encoding.UTF8.TryGetBytes(text, bytes, out var count) ? Look(bytes[..count]) : null;
    }

    private string? Look(ReadOnlySpan<byte> key)
    {
        var node = OffsetOf(UnitAt(0));
        foreach (var label in key)
        {
            if (label == 0)
            {
                return null;
            }

            node ^= label;
            var unit = UnitAt(node);
            if ((unit & 0x800000FF) != label)
            {
                return null;
            }

            node ^= OffsetOf(unit);
            if ((unit & 0x100) != 0)
            {
                return ReplacementAt(UnitAt(node) & 0x7FFFFFFF);
            }
        }

        return null;
    }

    private string ReplacementAt(uint start)
    {
        if (start > _replacements.Length)
        {
            return string.Empty;
        }

        var rest = _replacements.AsSpan((int)start);
        var end = rest.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? rest : rest[..end]);
    }

    private uint UnitAt(uint index) => index < (uint)_units.Length ? _units[index] : 0;

    private static uint OffsetOf(uint unit) => (unit >> 10) << (int)((unit & 0x200) >> 6);
}
