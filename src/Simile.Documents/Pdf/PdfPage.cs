using System.Text;
using Simile.Documents.Reading;
using UglyToad.PdfPig.Content;
using UglyToad.PdfPig.DocumentLayoutAnalysis.WordExtractor;

namespace Simile.Documents.Pdf;

/// <summary>The lines of a page in reading order.</summary>
/// <param name="Number">Its number, from 1.</param>
/// <param name="Lines">Its lines.</param>
internal sealed record PdfPage(int Number, List<PdfLine> Lines)
{
    private const int MaxLetters = 100_000;
    private const double NearPitch = 1.35;
    private const double FarPitch = 2.2;

    private static readonly NearestNeighbourWordExtractor Extractor = new(
        new NearestNeighbourWordExtractor.NearestNeighbourWordExtractorOptions { MaxDegreeOfParallelism = 1 }
    );

    /// <summary>Reads the lines of a page.</summary>
    public static PdfPage Of(Page page, DocumentScope scope)
    {
        if (page.Letters.Count > MaxLetters)
        {
            scope.Notes.Add($"Page {page.Number} has {page.Letters.Count:N0} letters: they are read in the order in which they are drawn.");
            return new PdfPage(page.Number, [new PdfLine(page.Text, 0, 0, 0, 1)]);
        }

        var words = page.GetWords(Extractor)
            .Where(word => !string.IsNullOrWhiteSpace(word.Text))
            .Select(PdfWord.Of)
            .ToLookup(word => word.IsUpright);
        var lines = new PdfColumns([.. words[true]], scope.Budget).Lines();

        // What stands on its side is read by itself.
        var turned = string.Join(' ', words[false].Select(word => word.Text));
        if (turned.Length > 0)
        {
            lines.Add(new PdfLine(turned, 0, words[false].First().Size, double.MinValue, 1));
        }

        return new PdfPage(page.Number, lines);
    }

    /// <summary>Lines that belong together, with the level of a heading, 0 for text.</summary>
    public IEnumerable<(string Text, int Level)> Paragraphs(PdfSizes sizes)
    {
        var (gathered, pitch) = (new List<PdfLine>(), PitchOf(Lines));
        foreach (var line in Lines)
        {
            if (gathered.Count > 0 && !Continues(gathered[^1], line, sizes, pitch))
            {
                yield return (Join(gathered), sizes.LevelOf(gathered[0]));
                gathered.Clear();
            }

            gathered.Add(line);
        }

        if (gathered.Count > 0)
        {
            yield return (Join(gathered), sizes.LevelOf(gathered[0]));
        }
    }

    private static bool Continues(PdfLine before, PdfLine line, PdfSizes sizes, double pitch)
    {
        var down = before.Baseline - line.Baseline;
        return before.Cells == 1
            && line.Cells == 1
            && sizes.LevelOf(before) == sizes.LevelOf(line)
            && Math.Abs(before.Size - line.Size) < 0.1 * before.Size
            && down > 0
            && down < Math.Max(sizes.LevelOf(line) > 0 ? 0 : pitch * NearPitch, Math.Min(before.Size * NearPitch, pitch * FarPitch))
            && !IsItem(line.Text);
    }

    private static bool IsItem(string text) =>
        text[0] is '•' or '◦' or '▪' or '‣' or '–' or '—' || (text[0] is '-' or '*' && text.Length > 1 && text[1] == ' ');

    // How far lines are apart, as a rule.
    private static double PitchOf(List<PdfLine> lines)
    {
        var steps = lines.Zip(lines.Skip(1), (one, next) => one.Baseline - next.Baseline).Where(step => step > 1).Order().ToList();
        return steps.Count == 0 ? 0 : steps[steps.Count / 2];
    }

    // A word that was parted at the end of a line is one again.
    private static string Join(List<PdfLine> lines)
    {
        var text = new StringBuilder();
        foreach (var line in lines)
        {
            if (text.Length > 1 && text[^1] is '-' or '\u00AD' && char.IsLetter(text[^2]) && char.IsLower(line.Text[0]))
            {
                text.Length--;
            }
            else if (text.Length > 0)
            {
                text.Append(' ');
            }

            text.Append(line.Text);
        }

        return text.ToString();
    }
}

/// <summary>Numbers of pages, and what is written over or under every page of a document.</summary>
internal static class PdfFurniture
{
    private const int MinPages = 3;

    /// <summary>Removes it; a head that stands on many pages stays on the first of them.</summary>
    public static void RemoveFrom(List<PdfPage> pages)
    {
        var times = pages
            .Where(page => page.Lines.Count > 1)
            .SelectMany(page => ((PdfLine[])[page.Lines[0], page.Lines[^1]]).Select(KeyOf).Distinct())
            .CountBy(key => key)
            .Where(key => key.Value >= MinPages && key.Value * 3 > pages.Count)
            .Select(key => key.Key)
            .ToHashSet(StringComparer.Ordinal);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var page in pages.Where(page => page.Lines.Count > 1))
        {
            page.Lines.RemoveAll(line =>
                (line == page.Lines[0] || line == page.Lines[^1])
                && KeyOf(line) is var key
                && (key.Length == 0 || (times.Contains(key) && !seen.Add(key)))
            );
        }
    }

    // Two heads of two pages differ in their numbers only; a number of a page has no other letters than those of Roman ones.
    private static string KeyOf(PdfLine line)
    {
        var text = string.Concat(line.Text.Where(letter => !char.IsAsciiDigit(letter))).Trim(' ', '|', '-', '–', '.', '/');
        return text.AsSpan().IndexOfAnyExcept("ivxlc") < 0 ? string.Empty : text;
    }
}

/// <summary>A line of text on a page.</summary>
/// <param name="Text">Its text; the cells of a row are parted by " | ".</param>
/// <param name="Left">Its left edge, in points.</param>
/// <param name="Size">The size of its letters, in points.</param>
/// <param name="Baseline">Where it stands, in points from below.</param>
/// <param name="Cells">How many cells of a table it has; 1 for text.</param>
internal sealed record PdfLine(string Text, double Left, double Size, double Baseline, int Cells);

/// <summary>A word on a page.</summary>
internal sealed record PdfWord(string Text, double Left, double Right, double Bottom, double Top, double Size, bool IsUpright)
{
    public static PdfWord Of(Word word)
    {
        // The box of a word's letters says little of an x; their size does.
        var size = word.Letters.Max(letter => letter.PointSize);
        var bottom = word.Letters[0].StartBaseLine.Y;
        size = double.IsFinite(size) && size > 0 ? size : Math.Max(1, word.BoundingBox.Height);
        return new PdfWord(
            word.Text,
            word.BoundingBox.Left,
            word.BoundingBox.Right,
            bottom,
            bottom + size,
            size,
            word.TextOrientation is TextOrientation.Horizontal or TextOrientation.Other
        );
    }
}

/// <summary>Which sizes of letters are those of headings.</summary>
internal sealed class PdfSizes
{
    private const double MinRatio = 1.15;
    private const int LongestHeading = 200;
    private const double MaxShare = 0.4;
    private readonly List<double> _headings = [];

    public static PdfSizes Of(IEnumerable<PdfPage> pages)
    {
        var sizes = new PdfSizes();
        var letters = pages
            .SelectMany(page => page.Lines)
            .GroupBy(line => Rounded(line.Size))
            .Select(group => (Size: group.Key, Count: group.Sum(line => (long)line.Text.Length)))
            .ToList();
        if (letters.Count == 0)
        {
            return sizes;
        }

        var body = letters.MaxBy(group => group.Count).Size;
        var larger = letters.Where(group => group.Size >= body * MinRatio).OrderByDescending(group => group.Size).ToList();
        if (larger.Sum(group => group.Count) <= MaxShare * letters.Sum(group => group.Count))
        {
            sizes._headings.AddRange(larger.Select(group => group.Size));
        }

        return sizes;
    }

    /// <summary>The level of a heading, from 1; 0 for a line that is none.</summary>
    public int LevelOf(PdfLine line) => line.Text.Length <= LongestHeading ? _headings.IndexOf(Rounded(line.Size)) + 1 : 0;

    private static double Rounded(double size) => Math.Round(size * 2) / 2;
}
