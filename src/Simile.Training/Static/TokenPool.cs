using System.Numerics;
using System.Runtime.InteropServices;
using Simile.Tokenization;
using Simile.Training.Corpora;

namespace Simile.Training.Static;

/// <summary>A stretch of the pool.</summary>
/// <param name="Start">The first token.</param>
/// <param name="Length">Tokens.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct TokenSpan(int Start, int Length);

/// <summary>All tokens of a corpus, one after the other, two bytes each.</summary>
internal sealed class TokenPool
{
    private ushort[] _tokens = new ushort[1 << 20];
    private int _count;

    /// <summary>Tokens in the pool.</summary>
    public int Count => _count;

    /// <summary>The tokens of a stretch.</summary>
    public ReadOnlySpan<ushort> this[TokenSpan span] => _tokens.AsSpan(span.Start, span.Length);

    /// <summary>Every token.</summary>
    public ReadOnlySpan<ushort> All => _tokens.AsSpan(0, _count);

    /// <summary>Appends tokens.</summary>
    public TokenSpan Add(ReadOnlySpan<ushort> tokens)
    {
        if (_count + tokens.Length > _tokens.Length)
        {
            Array.Resize(ref _tokens, (int)Math.Min(Array.MaxLength, Math.Max(_tokens.Length * 2L, _count + tokens.Length)));
        }

        tokens.CopyTo(_tokens.AsSpan(_count));
        _count += tokens.Length;
        return new TokenSpan(_count - tokens.Length, tokens.Length);
    }
}

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
