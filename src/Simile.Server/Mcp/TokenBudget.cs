using Simile.Text;

namespace Simile.Server.Mcp;

/// <summary>How much of an answer may still be written, in tokens as the collection's model counts them.</summary>
/// <param name="tokens">Tokens of the whole answer.</param>
/// <param name="model">Counts; null where a model embeds pictures only: then a token is taken to be four characters.</param>
internal sealed class TokenBudget(int tokens, TextEmbedder? model)
{
    /// <summary>What the names of fields, numbers and brackets of a passage cost.</summary>
    public const int Frame = 40;

    private const int CharactersAToken = 4;
    private int _left = tokens;

    /// <summary>Takes a passage's cost off. The first one always goes in, cut to what is left.</summary>
    /// <param name="heading">Its address, heading and whatever is never cut.</param>
    /// <param name="text">Its text.</param>
    /// <param name="isFirst">Whether nothing went in before.</param>
    /// <returns>The text, or as much of its beginning as fits; null where the passage must wait for the next answer.</returns>
    public string? Take(string heading, string text, bool isFirst)
    {
        var frame = Frame + Count(heading);
        var size = Count(text);
        if (frame + size <= _left)
        {
            _left -= frame + size;
            return text;
        }

        if (!isFirst)
        {
            return null;
        }

        var cut = Begin(text, Math.Max(1, _left - frame), size);
        _left = 0;
        return cut;
    }

    private string Begin(string text, int most, int size)
    {
        var length = text.Length;
        for (var counted = size; counted > most && length > 1; counted = Count(text[..length]))
        {
            length = Math.Clamp((int)((long)length * most / counted), 1, length - 1);
        }

        length = char.IsHighSurrogate(text[length - 1]) ? length - 1 : length;
        return text[..length] + "…";
    }

    private int Count(string text) =>
        text.Length == 0 ? 0
        : model is null ? (text.Length + CharactersAToken - 1) / CharactersAToken
        : model.CountTokens(text, EmbedPurpose.Document);
}
