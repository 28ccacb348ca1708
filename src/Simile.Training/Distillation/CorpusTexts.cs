using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Simile.Training.Corpora;

namespace Simile.Training.Distillation;

/// <summary>The texts that a student learns from: as many of each kind as the recipe says.</summary>
/// <remarks>
/// Kinds are named by the file and what the text is there: <c>titles</c>, <c>descriptions</c>, <c>headings</c>, <c>sentences</c> and
/// <c>passages</c> of articles and prose; <c>lines</c>; <c>variants</c> of everything else. A sentence has 20 to 300 characters, a passage
/// 200 at least, and is cut between words at 600.
/// </remarks>
internal static partial class CorpusTexts
{
    private const int LongestPassage = 600;

    /// <summary>The texts of a corpus, each once.</summary>
    /// <param name="folder">The folder of the recipe's files.</param>
    /// <param name="options">The recipe.</param>
    /// <param name="leftOut">Hears of each line of a table that has too few cells, or null.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="SimileException"><see cref="ErrorCode.BadTrainingData"/>; <see cref="ErrorCode.InvalidOption"/> for a kind of text
    /// that the corpus does not have.</exception>
    public static IReadOnlyList<string> Choose(
        string folder,
        DistillationOptions options,
        Action? leftOut = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(options);
        CorpusReader.RequireDifferentLines(folder, options.Sources);
        var kinds = new SortedDictionary<string, TextChoice>(StringComparer.Ordinal);
        foreach (var source in options.Sources)
        {
            var name = Path.GetFileNameWithoutExtension(source.File);
            foreach (
                var (kind, text) in CorpusReader.Read(folder, source, leftOut).SelectMany(document => TextsOf(document, source.Format))
            )
            {
                cancellationToken.ThrowIfCancellationRequested();
                ChoiceOf($"{name}.{kind}").Offer(text);
            }
        }

        if (options.Texts.Keys.Except(kinds.Keys).Order(StringComparer.Ordinal).FirstOrDefault() is { } unknown)
        {
            throw new SimileException(
                ErrorCode.InvalidOption,
                $"texts names '{unknown}', of which the corpus has none. It has {string.Join(", ", kinds.Keys)}."
            );
        }

        var texts = kinds.Values.SelectMany(choice => choice.Texts).Distinct(StringComparer.Ordinal).ToList();
        return texts.Count > 1
            ? texts
            : throw new SimileException(
                ErrorCode.BadTrainingData,
                $"The corpus {folder} gives {texts.Count} different texts to learn from; at least two are needed, and many thousands "
                    + "make a good model."
            );

        TextChoice ChoiceOf(string kind)
        {
            if (!kinds.TryGetValue(kind, out var choice))
            {
                kinds[kind] = choice = new TextChoice(
                    options.Texts.Count == 0 ? int.MaxValue : options.Texts.GetValueOrDefault(kind),
                    options.Seed
                );
            }

            return choice;
        }
    }

    private static IEnumerable<(string Kind, string Text)> TextsOf(CorpusDocument document, string format) =>
        format switch
        {
            "lines" => document.Paragraphs.Select(line => ("lines", line)),
            "articles" or "prose" =>
            [
                ("titles", document.Title),
                ("descriptions", document.Description),
                .. document.Sections.Select(section => ("headings", section.Heading)),
                .. document.Paragraphs.SelectMany(Sentences).Select(sentence => ("sentences", sentence)),
                .. document.Paragraphs.Where(paragraph => paragraph.Length >= 200).Select(paragraph => ("passages", Cut(paragraph))),
            ],
            _ => document.Variants.Select(variant => ("variants", variant)),
        };

    private static IEnumerable<string> Sentences(string paragraph) =>
        SentenceEnd().Split(paragraph).Where(sentence => sentence.Length is >= 20 and <= 300);

    private static string Cut(string paragraph)
    {
        if (paragraph.Length <= LongestPassage)
        {
            return paragraph;
        }

        // Without a space between words, at least between characters.
        var space = paragraph.LastIndexOf(' ', LongestPassage - 1);
        return paragraph[
            ..(
                space > 0 ? space
                : char.IsLowSurrogate(paragraph[LongestPassage]) ? LongestPassage - 1
                : LongestPassage
            )
        ];
    }

    [GeneratedRegex("""(?<=[.!?])\s+(?=[A-Z0-9"'(])""")]
    private static partial Regex SentenceEnd();
}

/// <summary>Keeps some of the texts of one kind: those whose digests, with the seed, come first.</summary>
/// <remarks>A corpus that grows, or another number of texts, changes little of the choice, so that the teachers' vectors of most texts
/// serve again.</remarks>
/// <param name="most">The most texts that are kept.</param>
/// <param name="seed">The seed.</param>
internal sealed class TextChoice(int most, int seed)
{
    private readonly List<(ulong Rank, string Text)> _kept = [];

    /// <summary>The texts that were kept, each once, in the order of their ranks.</summary>
    public IEnumerable<string> Texts
    {
        get
        {
            Settle();
            return _kept.Select(entry => entry.Text);
        }
    }

    /// <summary>Takes a text into the choice.</summary>
    public void Offer(string text)
    {
        if (most == 0 || string.IsNullOrWhiteSpace(text))
        {
            return;
        }

        var digest = SHA256.HashData(Encoding.UTF8.GetBytes($"{seed}\n{text}"));
        _kept.Add((BinaryPrimitives.ReadUInt64BigEndian(digest), text));
        if (most < int.MaxValue && _kept.Count >= (2L * most) + 1024)
        {
            Settle();
        }
    }

    private void Settle()
    {
        var settled = _kept
            .Distinct()
            .Order(
                Comparer<(ulong Rank, string Text)>.Create(
                    (a, b) => a.Rank != b.Rank ? a.Rank.CompareTo(b.Rank) : string.CompareOrdinal(a.Text, b.Text)
                )
            )
            .Take(most)
            .ToList();
        _kept.Clear();
        _kept.AddRange(settled);
    }
}
