namespace Simile.Tokenization.Patterns;

/// <summary>A string, found letter for letter.</summary>
internal sealed class LiteralPattern(string literal) : ITextPattern
{
    public void Find(ReadOnlySpan<char> text, List<PatternMatch> matches)
    {
        var position = 0;
        while (literal.Length > 0)
        {
            var index = text[position..].IndexOf(literal, StringComparison.Ordinal);
            if (index < 0)
            {
                break;
            }

            matches.AddMatch(position + index, position + index + literal.Length);
            position += index + literal.Length;
        }

        matches.AddRest(text.Length);
    }
}
