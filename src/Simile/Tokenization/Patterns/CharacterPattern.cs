using System.Text;

namespace Simile.Tokenization.Patterns;

/// <summary>Single characters of a class; each is a match of its own.</summary>
internal sealed class CharacterPattern(Func<Rune, bool> contains) : ITextPattern
{
    public void Find(ReadOnlySpan<char> text, List<PatternMatch> matches)
    {
        var position = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            if (contains(rune))
            {
                matches.AddMatch(position, position + rune.Utf16SequenceLength);
            }

            position += rune.Utf16SequenceLength;
        }

        matches.AddRest(text.Length);
    }
}
