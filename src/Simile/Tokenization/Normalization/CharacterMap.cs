using System.Buffers.Binary;
using System.Text;

namespace Simile.Tokenization.Normalization;

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
