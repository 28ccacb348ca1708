using System.Text;
using Simile.Tokenization.Unicode;

namespace Simile.Tokenization.Patterns;

/// <summary>Runs of word characters, and runs of what is neither a word character nor white space: <c>\w+|[^\w\s]+</c>.</summary>
internal sealed class WordPattern : ITextPattern
{
    private const int Space = 0;

    public void Find(ReadOnlySpan<char> text, List<PatternMatch> matches)
    {
        var (start, position, last) = (0, 0, Space);
        foreach (var rune in text.EnumerateRunes())
        {
            var kind =
                Rune.IsWhiteSpace(rune) ? Space
                : WordCharacters.Contains(rune) ? 1
                : 2;
            if (kind != last)
            {
                AddRun(matches, start, position, last);
                (start, last) = (position, kind);
            }

            position += rune.Utf16SequenceLength;
        }

        AddRun(matches, start, position, last);
        matches.AddRest(text.Length);
    }

    private static void AddRun(List<PatternMatch> matches, int from, int to, int kind)
    {
        if (kind != Space)
        {
            matches.AddMatch(from, to);
        }
    }
}
