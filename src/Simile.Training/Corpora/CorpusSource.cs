namespace Simile.Training.Corpora;

/// <summary>One file of a corpus and how to read it.</summary>
public sealed record CorpusSource
{
    /// <summary>The file's name inside the corpus folder, without <c>.br</c>.</summary>
    public required string File { get; init; }

    /// <summary>
    /// <c>articles</c> (JSON lines with title, description, paragraphs, sections, terms), <c>synsets</c> (JSON lines with lemmas,
    /// definitions, examples, hypernyms), <c>prose</c> (a paragraph a line), <c>groups</c> (a table; texts with one label mean the same),
    /// <c>pairs</c> (text TAB text) or
    /// <c>lines</c> (any text a line).
    /// </summary>
    public required string Format { get; init; }

    /// <summary>For <c>groups</c>: the column of the text, from 0.</summary>
    public int TextColumn { get; init; }

    /// <summary>For <c>groups</c>: the column of the label, from 0.</summary>
    public int GroupColumn { get; init; } = 1;

    /// <summary>For <c>pairs</c>: whether only pairs of words are kept (letters, spaces and hyphens, two characters at least), for lists of
    /// synonyms that are full of numbers and addresses.</summary>
    public bool WordsOnly { get; init; }

    /// <summary>For <c>groups</c>: whether the first line names the columns.</summary>
    public bool HasHeader { get; init; }
}
