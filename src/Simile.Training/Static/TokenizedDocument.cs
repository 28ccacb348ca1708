namespace Simile.Training.Static;

/// <summary>A <see cref="Corpora.CorpusDocument"/> as stretches of the pool. Empty texts are left out; a heading and its text always come
/// together.</summary>
internal sealed record TokenizedDocument
{
    public TokenSpan Title { get; init; }

    public TokenSpan Description { get; init; }

    public IReadOnlyList<TokenSpan> Paragraphs { get; init; } = [];

    public IReadOnlyList<(TokenSpan Heading, TokenSpan Text)> Sections { get; init; } = [];

    public IReadOnlyList<TokenSpan> Variants { get; init; } = [];
}
