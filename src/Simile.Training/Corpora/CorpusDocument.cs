namespace Simile.Training.Corpora;

/// <summary>One document of a corpus, in the parts from which pairs are made. Parts that a source lacks are empty.</summary>
public sealed record CorpusDocument
{
    /// <summary>The title.</summary>
    public string Title { get; init; } = string.Empty;

    /// <summary>A sentence or two that say what the document is about.</summary>
    public string Description { get; init; } = string.Empty;

    /// <summary>The paragraphs.</summary>
    public IReadOnlyList<string> Paragraphs { get; init; } = [];

    /// <summary>A heading and what stands beneath it; also a term and its definition.</summary>
    public IReadOnlyList<(string Heading, string Text)> Sections { get; init; } = [];

    /// <summary>Short texts that mean the same: captions of one picture, lemmas, definitions and examples of one sense, utterances of one
    /// intent.</summary>
    public IReadOnlyList<string> Variants { get; init; } = [];

    /// <summary>Every text of the document.</summary>
    public IEnumerable<string> Texts()
    {
        IEnumerable<string> named = [Title, Description];
        return named
            .Concat(Paragraphs)
            .Concat(Sections.SelectMany(s => new[] { s.Heading, s.Text }))
            .Concat(Variants)
            .Where(t => t.Length > 0);
    }
}
