namespace Simile.Search;

/// <summary>An answer of a search.</summary>
/// <param name="Rank">Its place, from 1.</param>
/// <param name="Score">Its score: cosine (dense), BM25 (keyword) or the fused score (hybrid); higher is better, comparable within one search only.</param>
/// <param name="Path">The file.</param>
/// <param name="StartLine">The first line, from 1.</param>
/// <param name="EndLine">The last line.</param>
/// <param name="Heading">The headings above it.</param>
/// <param name="Text">The passage.</param>
public sealed record SearchHit(int Rank, double Score, string Path, int StartLine, int EndLine, string Heading, string Text)
{
    /// <summary>Whether the answer is a picture; its text is then its file's name, its lines are 0.</summary>
    public bool IsPicture => StartLine == 0;
}
