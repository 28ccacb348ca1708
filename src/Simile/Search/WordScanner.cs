using System.Runtime.InteropServices;
using System.Text;

namespace Simile.Search;

/// <summary>A word, or a part of a compound one.</summary>
/// <param name="Text">Folded.</param>
/// <param name="IsCapital">Whether its first letter alone was a capital.</param>
/// <param name="IsCapitals">Whether all of at least two letters were.</param>
/// <param name="StartsSentence">Whether it stands first, so that its capital says nothing.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct WordPart(string Text, bool IsCapital, bool IsCapitals, bool StartsSentence);

/// <summary>What stands between two spaces, as far as it is searched for.</summary>
/// <param name="Parts">Its words in their order: one, or those that a compound or an identifier is made of.</param>
/// <param name="Wholes">The compound and its longer parts written as one word.</param>
internal sealed record ScannedWord(IReadOnlyList<WordPart> Parts, IReadOnlyList<string> Wholes)
{
    /// <summary>Whether it is one letter of a script without spaces.</summary>
    public bool IsUnspaced { get; init; }

    /// <summary>Whether such a letter follows the one before it directly.</summary>
    public bool Continues { get; init; }

    /// <summary>Whether it is words with hyphens that are seldom written as one, such as boundary-layer: a query then looks for the
    /// words.</summary>
    public bool IsLoose { get; init; }

    /// <summary>Whether only the whole says what is meant: C++ is no C.</summary>
    public bool IsNamedByWhole { get; init; }
}

/// <summary>Takes a folded text apart.</summary>
internal sealed class WordScanner(List<FoldedCharacter> text)
{
    private const int MaxWhole = 64;
    private const int LongWord = 4;
    private static readonly FoldedCharacter End = new(new Rune(0), WordCharacter.Separator, IsUpper: false);

    public IEnumerable<ScannedWord> Scan()
    {
        var gap = WordCharacter.Separator;
        var i = 0;
        while (i < text.Count)
        {
            var end = i + 1;
            switch (text[i].Kind)
            {
                case WordCharacter.Unspaced:
                    end = EndOf(end, WordCharacter.Mark);
                    var continues = gap == WordCharacter.Unspaced || (gap == WordCharacter.Space && !IsHangul(text[i].Rune));
                    yield return new ScannedWord([PartOf(i, end)], []) { IsUnspaced = true, Continues = continues };
                    gap = WordCharacter.Unspaced;
                    break;
                case WordCharacter.Word:
                    yield return Compound(i, out end);
                    gap = WordCharacter.Separator;
                    break;
                case WordCharacter.Symbol:
                    end = IsFlagLetter(i) && IsFlagLetter(i + 1) ? i + 2 : end;
                    yield return new ScannedWord([PartOf(i, end)], []);
                    gap = WordCharacter.Separator;
                    break;
                case WordCharacter.Space when gap == WordCharacter.Unspaced:
                    gap = WordCharacter.Space;
                    break;
                case WordCharacter.Separator:
                    gap = WordCharacter.Separator;
                    break;
            }

            i = end;
        }
    }

    private FoldedCharacter At(int place) => (uint)place < (uint)text.Count ? text[place] : End;

    private int EndOf(int place, params ReadOnlySpan<WordCharacter> kinds)
    {
        while (place < text.Count && kinds.Contains(text[place].Kind))
        {
            place++;
        }

        return place;
    }

    // snake_case, camelCase, e-mail, l'eau, 3.14, 1,204, U.S., .NET, C++.
    private ScannedWord Compound(int first, out int end)
    {
        var (parts, wholes, whole, isLoose) = (new List<WordPart>(), new List<string>(), new StringBuilder(), true);
        var start = first;
        if (
            At(first - 1).Is('.')
            && At(first - 2).Kind is not (WordCharacter.Word or WordCharacter.Mark or WordCharacter.Unspaced)
            && !text[first].IsDigit
        )
        {
            whole.Append('.');
        }

        while (true)
        {
            end = EndOf(start, WordCharacter.Word, WordCharacter.Mark);
            AddRun(start, end, parts, wholes);
            Append(whole, start, end);
            if (AfterConnector(end) is not (>= 0 and var next))
            {
                break;
            }

            isLoose &= At(end).Is('-') || At(end).Is('\'');

            whole.Append(At(end).Is('.') && At(end - 1).IsDigit && At(next).IsDigit ? "." : string.Empty);
            start = next;
        }

        var suffix = SuffixAt(start, end);
        whole.Append(suffix);
        end += suffix.Length;
        if (parts.Count > 1 && parts.TrueForAll(part => part.Text.Length == 1 && char.IsAsciiLetter(part.Text[0])) && At(first + 1).Is('.'))
        {
            return new ScannedWord([new WordPart(whole.ToString(), false, text[first].IsUpper, parts[0].StartsSentence)], []);
        }

        var joined = whole.ToString();
        if (joined.Length <= MaxWhole && (parts.Count > 1 || joined != parts[0].Text) && !wholes.Contains(joined))
        {
            wholes.Add(joined);
        }

        return new ScannedWord(parts, wholes)
        {
            IsNamedByWhole = suffix.Length > 0,
            IsLoose = isLoose && wholes.Count == 1 && suffix.Length == 0 && AreLong(parts),
        };
    }

    // E-mail, wi-fi and covid-19 are also written as one word. Chosen on Cranfield and CISI.
    private static bool AreLong(List<WordPart> parts) =>
        parts.Exists(part => part.Text.Length > LongWord)
        && parts.TrueForAll(part => part.Text.Length > 1 && !part.Text.Any(char.IsAsciiDigit));

    private void AddRun(int start, int end, List<WordPart> parts, List<string> wholes)
    {
        var from = start;
        for (var i = start + 1; i < end; i++)
        {
            if (IsHump(i, end))
            {
                parts.Add(PartOf(from, i));
                from = i;
            }
        }

        parts.Add(PartOf(from, end));
        if (from > start && end - start <= MaxWhole)
        {
            wholes.Add(Text(start, end));
        }
    }

    // userName, HTTPServer; but no split in PDFs.
    private bool IsHump(int i, int end) =>
        text[i].IsUpper && IsLower(i + 1, end)
            ? IsLower(i - 1, end) || (text[i - 1].IsUpper && IsLower(i + 2, end))
            : text[i].IsUpper && IsLower(i - 1, end);

    private bool IsLower(int i, int end) => i < end && !text[i].IsUpper && Rune.IsLetter(text[i].Rune);

    private int AfterConnector(int place)
    {
        var (connector, next) = (At(place), At(place + 1));
        if (connector.Is('-') && next.Kind == WordCharacter.Space)
        {
            // A word that was divided at the end of a line.
            var after = EndOf(place + 1, WordCharacter.Space);
            var isLineEnd = Enumerable.Range(place + 1, after - place - 1).Any(i => text[i].Is('\n'));
            return isLineEnd && At(after) is { Kind: WordCharacter.Word, IsUpper: false, IsDigit: false } ? after : -1;
        }

        var joins =
            connector.Is('\'') || connector.Is('-') || connector.Is('_') || connector.Is('.') || (connector.Is(',') && IsThousand(place));
        return joins && next.Kind == WordCharacter.Word ? place + 1 : -1;
    }

    private bool IsThousand(int comma) =>
        At(comma - 1).IsDigit
        && At(comma + 1).IsDigit
        && At(comma + 2).IsDigit
        && At(comma + 3).IsDigit
        && At(comma + 4).Kind != WordCharacter.Word;

    private string SuffixAt(int start, int end) =>
        text[end - 1].IsDigit ? string.Empty
        : At(end).Is('+') && At(end + 1).Is('+') ? "++"
        : At(end).Is('#') && end - start <= 2 && At(end + 1).Kind != WordCharacter.Word ? "#"
        : string.Empty;

    private WordPart PartOf(int start, int end)
    {
        var capitals = 0;
        for (var i = start; i < end; i++)
        {
            capitals += text[i].IsUpper ? 1 : 0;
        }

        return new WordPart(
            Text(start, end),
            capitals == 1 && text[start].IsUpper,
            capitals > 1 && capitals == end - start,
            StartsSentence(start)
        );
    }

    private bool StartsSentence(int place)
    {
        var before = place - 1;
        while (At(before).Kind == WordCharacter.Space || At(before).Is('"') || At(before).Is('\''))
        {
            before--;
        }

        return before < 0 || At(before).Is('.') || At(before).Is('?') || At(before).Is('!');
    }

    private string Text(int start, int end)
    {
        var builder = new StringBuilder(end - start);
        Append(builder, start, end);
        return builder.ToString();
    }

    private void Append(StringBuilder builder, int start, int end)
    {
        for (var i = start; i < end; i++)
        {
            builder.Append(text[i].Rune);
        }
    }

    private bool IsFlagLetter(int place) => At(place).Rune.Value is >= 0x1F1E6 and <= 0x1F1FF;

    private static bool IsHangul(Rune rune) =>
        rune.Value is (>= 0xAC00 and <= 0xD7FF) or (>= 0x1100 and <= 0x11FF) or (>= 0x3131 and <= 0x318E);
}
