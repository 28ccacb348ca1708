namespace Simile.Tokenization;

/// <summary>Turns text into the ids of a vocabulary. Immutable and safe to call from many threads.</summary>
public interface ITokenizer
{
    /// <summary>Entries of the vocabulary, added tokens included.</summary>
    int VocabularySize { get; }

    /// <summary>The id that stands for what the vocabulary lacks, or null when the tokenizer has none.</summary>
    int? UnknownId { get; }

    /// <summary>SHA-256 of everything the ids depend on, 64 lower-case hexadecimal digits.</summary>
    string Digest { get; }

    /// <summary>What a network expects around one text; <see cref="Tokenize"/> leaves it out.</summary>
    SpecialTokens Special { get; }

    /// <summary>Appends the tokens of <paramref name="text"/> to <paramref name="tokens"/>, without special tokens.</summary>
    /// <remarks>Allocates nothing per token once <paramref name="tokens"/> has grown to its size.</remarks>
    void Tokenize(ReadOnlySpan<char> text, TokenBuffer tokens);

    /// <summary>The vocabulary entry of an id, as it stands in the file (for instance <c>##ing</c>).</summary>
    string TokenOf(int id);
}
