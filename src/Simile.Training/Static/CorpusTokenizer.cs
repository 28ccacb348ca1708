using Simile.Tokenization;
using Simile.Training.Corpora;

namespace Simile.Training.Static;

/// <summary>Turns the documents of a corpus into tokens, on several threads, in the order of the corpus. Unknown tokens are left out, as
/// the model leaves them out.</summary>
internal sealed class CorpusTokenizer(ITokenizer tokenizer, TokenPool pool, int threads)
{
    private const int DocumentsAtOnce = 4096;

    public IEnumerable<TokenizedDocument> Tokenize(IEnumerable<CorpusDocument> documents)
    {
        var options = new ParallelOptions { MaxDegreeOfParallelism = threads };
        foreach (var batch in documents.Chunk(DocumentsAtOnce))
        {
            var tokens = new ushort[batch.Length][][];
            Parallel.For(
                0,
                batch.Length,
                options,
                () => new TokenBuffer(),
                (i, _, buffer) =>
                {
                    tokens[i] = [.. TextsOf(batch[i]).Select(text => Tokenize(text, buffer))];
                    return buffer;
                },
                _ => { }
            );
            for (var i = 0; i < batch.Length; i++)
            {
                yield return Place(batch[i], tokens[i]);
            }
        }
    }

    /// <summary>The tokens of single texts.</summary>
    public IEnumerable<TokenSpan> TokenizeTexts(IEnumerable<string> texts) =>
        Tokenize(texts.Select(text => new CorpusDocument { Title = text })).Select(document => document.Title);

    private static IEnumerable<string> TextsOf(CorpusDocument document) =>
        [
            document.Title,
            document.Description,
            .. document.Paragraphs,
            .. document.Sections.SelectMany(section => new[] { section.Heading, section.Text }),
            .. document.Variants,
        ];

    private ushort[] Tokenize(string text, TokenBuffer buffer)
    {
        buffer.Clear();
        tokenizer.Tokenize(text, buffer);
        var known = new List<ushort>(buffer.Count);
        foreach (var id in buffer.Ids)
        {
            if (id != tokenizer.UnknownId)
            {
                known.Add((ushort)id);
            }
        }

        return [.. known];
    }

    private TokenizedDocument Place(CorpusDocument document, ushort[][] texts)
    {
        var spans = new Queue<TokenSpan>(texts.Select(text => pool.Add(text)));
        return new TokenizedDocument
        {
            Title = spans.Dequeue(),
            Description = spans.Dequeue(),
            Paragraphs = [.. Take(spans, document.Paragraphs.Count).Where(span => span.Length > 0)],
            Sections =
            [
                .. Take(spans, document.Sections.Count * 2)
                    .Chunk(2)
                    .Select(two => (two[0], two[1]))
                    .Where(two => two.Item1.Length > 0 && two.Item2.Length > 0),
            ],
            Variants = [.. Take(spans, document.Variants.Count).Where(span => span.Length > 0)],
        };
    }

    private static TokenSpan[] Take(Queue<TokenSpan> spans, int count) => [.. Enumerable.Range(0, count).Select(_ => spans.Dequeue())];
}
