using System.Text;

namespace Simile.Search;

/// <summary>The words of texts and queries, the same way on both sides, for stores to index and to look for.</summary>
/// <remarks>Case, marks and compatible forms are folded. Words of scripts without spaces are found by their letters: each is a word in the
/// index, two neighbors are a term of a query. Compounds and identifiers are found by their parts and as a whole. Nothing in a text or
/// query is syntax.</remarks>
internal static class SearchWords
{
    /// <summary>The most terms of a query that are looked for; further ones have no say.</summary>
    public const int MaxTerms = 1024;

    // Stands between letters that are neighbors in the list of words and not in the text. Folded texts hold neither this nor the next.
    private const string Break = "¦";
    private const string Capitals = "¹";

    // Words that stand in nearly every English text: they cost time and say nothing. A query of these alone keeps them.
    private static readonly HashSet<string> Common = new(StringComparer.Ordinal)
    {
        "a",
        "an",
        "and",
        "are",
        "as",
        "at",
        "be",
        "been",
        "but",
        "by",
        "can",
        "could",
        "did",
        "do",
        "does",
        "for",
        "from",
        "had",
        "has",
        "have",
        "he",
        "her",
        "his",
        "how",
        "i",
        "if",
        "in",
        "into",
        "is",
        "it",
        "its",
        "me",
        "my",
        "of",
        "on",
        "or",
        "our",
        "she",
        "should",
        "so",
        "that",
        "the",
        "their",
        "them",
        "then",
        "there",
        "these",
        "they",
        "this",
        "to",
        "us",
        "was",
        "we",
        "were",
        "what",
        "when",
        "where",
        "which",
        "who",
        "why",
        "will",
        "with",
        "would",
        "you",
        "your",
    };

    /// <summary>The words of a text, with a space between any two: what a full-text index gets. Beside letters and digits they hold the
    /// characters '.', '+' and '#'.</summary>
    public static string ToIndex(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var hasSmallLetters = text.Any(char.IsLower);
        var (words, extra) = (new StringBuilder(text.Length + (text.Length / 4)), new List<string>());
        var wasUnspaced = false;
        foreach (var word in new WordScanner(FoldedText.Of(text)).Scan())
        {
            if (word.IsUnspaced && wasUnspaced && !word.Continues)
            {
                words.Append(Break).Append(' ');
            }

            foreach (var part in word.Parts)
            {
                words.Append(part.Text).Append(' ');
                if (hasSmallLetters && part.IsCapitals && Common.Contains(part.Text))
                {
                    extra.Add(part.Text + Capitals);
                }
            }

            extra.AddRange(word.Wholes);
            wasUnspaced = word.IsUnspaced;
        }

        return words.AppendJoin(' ', extra).ToString();
    }

    /// <summary>What to look for: each term is a word, or two with a space between that must be neighbors. A text need not have all; common
    /// words count only where they are written large, or when there are no others.</summary>
    public static IReadOnlyList<string> Terms(string query)
    {
        ArgumentNullException.ThrowIfNull(query);
        var hasSmallLetters = query.Any(char.IsLower);
        var words = new WordScanner(FoldedText.Of(query)).Scan().ToList();
        var (telling, all) = (new List<string>(), new List<string>());
        for (var i = 0; i < words.Count; i++)
        {
            var next = i + 1 < words.Count ? words[i + 1] : null;
            if (words[i].IsUnspaced)
            {
                telling.AddRange(PairOf(words[i], i > 0 ? words[i - 1] : null, next));
                continue;
            }

            telling.AddRange(TellingOf(words[i], next, hasSmallLetters));
            all.AddRange(words[i].Parts.Select(part => part.Text));
            all.AddRange(words[i].Parts.Where(part => part.IsCapitals && Common.Contains(part.Text)).Select(part => part.Text + Capitals));
        }

        return [.. (telling.Count > 0 ? telling : all).Distinct(StringComparer.Ordinal)];
    }

    /// <summary>Any two words of a query that say something and follow one another in it: a text that has them so is nearer than one that
    /// has them apart.</summary>
    public static IReadOnlyList<string> Phrases(string query)
    {
        ArgumentNullException.ThrowIfNull(query);
        var (phrases, before) = (new List<string>(), (string?)null);
        foreach (var word in new WordScanner(FoldedText.Of(query)).Scan())
        {
            // Pairs of letters are terms already, and C++ is no C.
            foreach (var part in word.IsUnspaced || word.IsNamedByWhole ? [new WordPart(string.Empty, false, false, false)] : word.Parts)
            {
                var telling = part.Text.Length > 0 && !Common.Contains(part.Text) ? part.Text : null;
                if (before is not null && telling is not null)
                {
                    phrases.Add($"{before} {telling}");
                }

                before = telling;
            }
        }

        return [.. phrases.Distinct(StringComparer.Ordinal)];
    }

    private static IEnumerable<string> PairOf(ScannedWord letter, ScannedWord? before, ScannedWord? next)
    {
        if (letter.Continues && before is { IsUnspaced: true })
        {
            yield return $"{before.Parts[0].Text} {letter.Parts[0].Text}";
        }
        else if (next is not { IsUnspaced: true, Continues: true })
        {
            yield return letter.Parts[0].Text;
        }
    }

    private static IEnumerable<string> TellingOf(ScannedWord word, ScannedWord? next, bool hasSmallLetters)
    {
        foreach (var whole in word.IsLoose ? [] : word.Wholes)
        {
            yield return whole;
        }

        foreach (var part in word.IsNamedByWhole ? [] : word.Parts)
        {
            var isCommon = Common.Contains(part.Text);
            if (!isCommon || IsMeant(part, next?.Parts[0], hasSmallLetters))
            {
                yield return part.Text;
                if (isCommon && part.IsCapitals)
                {
                    yield return part.Text + Capitals;
                }
            }
        }
    }

    // "shipping to the US", "who is Will Smith", "Will Smith", "vitamin A": the capitals say that the word is a name. I is always large.
    private static bool IsMeant(WordPart part, WordPart? next, bool hasSmallLetters) =>
        part.Text != "i"
        && hasSmallLetters
        && (
            part.IsCapitals
            || (part.IsCapital && (!part.StartsSentence || (next is { IsCapital: true, StartsSentence: false } && part.Text.Length > 1)))
        );
}
