using System.Text;

namespace Simile.Sqlite;

/// <summary>Makes a full-text query of what a user typed: its words, each quoted, any of them may match. Nothing the user types is syntax.</summary>
internal static class WordQuery
{
    // Words that stand in nearly every English text: they cost time and say nothing. A query of these alone keeps them.
    private static readonly HashSet<string> Common = new(StringComparer.OrdinalIgnoreCase)
    {
        "a", "an", "and", "are", "as", "at", "be", "been", "but", "by", "can", "could", "did", "do", "does", "for", "from", "had", "has", "have", "he", "her", "his", "how", "i", "if",
        "in", "into", "is", "it", "its", "me", "my", "of", "on", "or", "our", "she", "should", "so", "that", "the", "their", "them", "then", "there", "these", "they", "this", "to", "us",
        "was", "we", "were", "what", "when", "where", "which", "who", "why", "will", "with", "would", "you", "your",
    };

    /// <summary>The query, or null when the text has no word.</summary>
    public static string? Of(string text)
    {
        var words = Words(text).Distinct(StringComparer.OrdinalIgnoreCase).ToList();
        var telling = words.Where(word => !Common.Contains(word)).ToList();
        var kept = telling.Count > 0 ? telling : words;
        return kept.Count == 0 ? null : string.Join(" OR ", kept.Take(256).Select(word => $"\"{word}\""));
    }

    private static IEnumerable<string> Words(string text)
    {
        var word = new StringBuilder();
        foreach (var rune in text.EnumerateRunes())
        {
            if (Rune.IsLetterOrDigit(rune) || Rune.GetUnicodeCategory(rune) is System.Globalization.UnicodeCategory.NonSpacingMark)
            {
                word.Append(rune);
            }
            else if (word.Length > 0)
            {
                yield return word.ToString();
                word.Clear();
            }
        }

        if (word.Length > 0)
        {
            yield return word.ToString();
        }
    }
}
