namespace Simile.Tokenization.WordPiece;

/// <summary>What BERT's normalizer does to text before it is split into words. The names are those of tokenizer.json.</summary>
internal sealed record BertNormalizer
{
    /// <summary>Drops control characters and turns every white space into a space. Default: true.</summary>
    public bool CleanText { get; init; } = true;

    /// <summary>Makes every CJK ideograph a word of its own. Default: true.</summary>
    public bool HandleChineseChars { get; init; } = true;

    /// <summary>Decomposes letters and drops their accents. Default: null, which means: when <see cref="Lowercase"/> is set.</summary>
    public bool? StripAccents { get; init; }

    /// <summary>Turns letters into lower case. Default: true.</summary>
    public bool Lowercase { get; init; } = true;

    internal bool StripsAccents => StripAccents ?? Lowercase;
}
