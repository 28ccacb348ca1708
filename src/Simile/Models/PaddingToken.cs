using Simile.Tokenization;

namespace Simile.Models;

/// <summary>The token that a model fills all texts up to its length with, and which its attention sees (SigLIP).</summary>
/// <param name="Text">The entry of the vocabulary that the tokenizer's configuration names, or null.</param>
/// <param name="Id">The id that config.json names.</param>
internal sealed record PaddingToken(string? Text, int Id)
{
    /// <summary>The id: that of the tokenizer's token, for this is what published models were trained with, or else that of
    /// config.json.</summary>
    public int IdIn(ITokenizer tokenizer)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        for (var id = 0; Text is not null && id < tokenizer.VocabularySize; id++)
        {
            if (string.Equals(tokenizer.TokenOf(id), Text, StringComparison.Ordinal))
            {
                return id;
            }
        }

        return Id;
    }
}
