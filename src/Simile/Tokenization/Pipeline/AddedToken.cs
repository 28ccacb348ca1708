namespace Simile.Tokenization.Pipeline;

/// <summary>An entry that is found in a text as a whole. The names are those of tokenizer.json.</summary>
internal sealed record AddedToken(string Content, int Id)
{
    /// <summary>Found only where no word character touches it.</summary>
    public bool SingleWord { get; init; }

    /// <summary>Takes the white space before it along.</summary>
    public bool StripsLeft { get; init; }

    /// <summary>Takes the white space after it along.</summary>
    public bool StripsRight { get; init; }

    /// <summary>Found in the normalized text rather than in the original.</summary>
    public bool IsNormalized { get; init; }

    /// <summary>Whether all of this is as plain as can be.</summary>
    public bool IsPlain => !SingleWord && !StripsLeft && !StripsRight && !IsNormalized;
}
