using System.Runtime.InteropServices;
using Simile.Tokenization.Offsets;
using Simile.Tokenization.Unicode;

namespace Simile.Tokenization.Normalization;

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
