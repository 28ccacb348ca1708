using Simile.Text;
using Simile.Tokenization;
using Simile.Vectors;

namespace Simile.Ingestion;

/// <summary>Counts tokens as a model does, and knows how many of them it reads.</summary>
/// <param name="tokenizer">The model's tokenizer.</param>
/// <param name="model">The model, or null where only its tokenizer is known; then there is no limit.</param>
internal sealed class TokenMeasure(ITokenizer tokenizer, TextEmbedder? model)
{
    private readonly TokenBuffer _tokens = new();

    /// <summary>The most tokens that the model reads of a text, all that it adds included.</summary>
    public int Limit => model?.MaxTokens ?? int.MaxValue;

    /// <summary>The tokens of a text alone. Valid until the next call.</summary>
    public TokenBuffer Tokens(string text)
    {
        _tokens.Clear();
        tokenizer.Tokenize(text, _tokens);
        return _tokens;
    }

    /// <summary>Tokens that the model sees of a document's passage: its prompt and special tokens are counted.</summary>
    public int Seen(string text) => model is { MaxTokens: not null } ? model.CountTokens(text, EmbedPurpose.Document) : 0;
}
