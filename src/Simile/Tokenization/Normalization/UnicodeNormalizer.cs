using System.Runtime.InteropServices;
using System.Text;
using Simile.Tokenization.Offsets;
using Simile.Tokenization.Pipeline;
using Simile.Tokenization.Unicode;

namespace Simile.Tokenization.Normalization;

/// <summary>The four normalization forms of Unicode.</summary>
internal enum NormalizationKind
{
    Nfc,
    Nfd,
    Nfkc,
    Nfkd,
}

/// <summary>Brings text into a normalization form and keeps track of places (Unicode Standard Annex 15).</summary>
internal sealed class UnicodeNormalizer(NormalizationKind kind) : ITextNormalizer
{
    private readonly bool _isCompatible = kind is NormalizationKind.Nfkc or NormalizationKind.Nfkd;
    private readonly bool _composes = kind is NormalizationKind.Nfc or NormalizationKind.Nfkc;

    public void Normalize(NormalizedText text)
    {
        if (Ascii.IsValid(text.Units))
        {
            return;
        }

        var characters = new List<ChangedCharacter>(text.Units.Length);
        Decompose(text.Units, characters);
        foreach (var character in _composes ? Composition.Compose(characters) : characters)
        {
            text.Change(new Rune(character.Code), character.Change);
        }

        text.ApplyChanges();
    }

    private void Decompose(ReadOnlySpan<char> units, List<ChangedCharacter> characters)
    {
        Span<char> hangul = stackalloc char[3];
        var ready = 0;
        foreach (var rune in units.EnumerateRunes())
        {
            var parts =
                rune.IsAscii ? []
                : _isCompatible ? CompatibleDecomposition.Of(rune, hangul)
                : CanonicalDecomposition.Of(rune, hangul);
            if (parts.IsEmpty)
            {
                Append(rune, 0, characters, ref ready);
                continue;
            }

            var change = 0;
            foreach (var part in parts.EnumerateRunes())
            {
                Append(part, change, characters, ref ready);
                change = 1;
            }
        }

        SortMarks(characters, ready);
    }

    private static void Append(Rune rune, int change, List<ChangedCharacter> characters, ref int ready)
    {
        var combiningClass = CombiningClass.Of(rune.Value);
        if (combiningClass == 0)
        {
            SortMarks(characters, ready);
            ready = characters.Count + 1;
        }

        characters.Add(new ChangedCharacter(rune.Value, change, combiningClass));
    }

    // Marks after a letter stand in the order of their classes; marks of one class keep theirs.
    private static void SortMarks(List<ChangedCharacter> characters, int from)
    {
        var count = characters.Count - from;
        if (count > 64)
        {
            var sorted = characters.GetRange(from, count).OrderBy(character => character.CombiningClass).ToList();
            characters.RemoveRange(from, count);
            characters.AddRange(sorted);
            return;
        }

        for (var i = from + 1; i < characters.Count; i++)
        {
            for (var k = i; k > from && characters[k - 1].CombiningClass > characters[k].CombiningClass; k--)
            {
                (characters[k - 1], characters[k]) = (characters[k], characters[k - 1]);
            }
        }
    }
}

/// <summary>A character of a normalized text, its change in the sense of NormalizedText, and its canonical combining class.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct ChangedCharacter(int Code, int Change, byte CombiningClass);

/// <summary>Canonical composition: the second half of NFC and NFKC.</summary>
internal static class Composition
{
    /// <summary>Composes decomposed characters.</summary>
    public static List<ChangedCharacter> Compose(List<ChangedCharacter> characters)
    {
        var result = new List<ChangedCharacter>(characters.Count);
        var (starter, lastClass) = (-1, -1);
        foreach (var character in characters)
        {
            var isBlocked = lastClass >= 0 && lastClass >= character.CombiningClass;
            if (starter >= 0 && !isBlocked && CompositionPairs.Find(result[starter].Code, character.Code) is var composed and >= 0)
            {
                result[starter] = new ChangedCharacter(composed, result[starter].Change + character.Change - 1, 0);
                continue;
            }

            if (character.CombiningClass == 0)
            {
                (starter, lastClass) = (result.Count, -1);
            }
            else if (starter >= 0)
            {
                lastClass = character.CombiningClass;
            }

            result.Add(character);
        }

        return result;
    }
}
