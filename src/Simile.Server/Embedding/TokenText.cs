using System.Text;
using System.Text.Json;
using Simile.Server.Limits;
using Simile.Tokenization;

namespace Simile.Server.Embedding;

/// <summary>Texts as their tokens, and back.</summary>
internal static class TokenText
{
    private const string Continues = "##";

    // What Hugging Face's WordPiece decoder takes back of the spaces between words.
    private static readonly (string From, string To)[] Tidied =
    [
        (" .", "."),
        (" ?", "?"),
        (" !", "!"),
        (" ,", ","),
        (" ' ", "'"),
        (" n't", "n't"),
        (" 'm", "'m"),
        (" do not", " don't"),
        (" 's", "'s"),
        (" 've", "'ve"),
        (" 're", "'re"),
    ];

    /// <summary>Writes a text's tokens: id, text, whether it is a special one, and where it stands (null for special ones).</summary>
    public static void Write(Utf8JsonWriter json, ITokenizer tokenizer, string text, bool addsSpecial)
    {
        var tokens = new TokenBuffer();
        tokenizer.Tokenize(text, tokens);
        json.WriteStartArray();
        WriteSpecial(json, tokenizer, addsSpecial ? tokenizer.Special.Prefix : []);
        for (var i = 0; i < tokens.Count; i++)
        {
            var (start, end) = (tokens.Starts[i], tokens.Ends[i]);
            json.WriteStartObject();
            json.WriteNumber("id", tokens.Ids[i]);
            json.WriteString("text", text.AsSpan(start, end - start));
            json.WriteBoolean("special", false);
            json.WriteNumber("start", start);
            json.WriteNumber("stop", end);
            json.WriteEndObject();
        }

        WriteSpecial(json, tokenizer, addsSpecial ? tokenizer.Special.Suffix : []);
        json.WriteEndArray();
    }

    /// <summary>The text of some tokens of a WordPiece vocabulary; other vocabularies do not say how their pieces join.</summary>
    /// <exception cref="RefusalException">The vocabulary is of another kind, or has no such id.</exception>
    public static string Decode(ITokenizer tokenizer, int[] ids, bool skipsSpecial)
    {
        var text = new StringBuilder();
        foreach (var id in ids)
        {
            if ((uint)id >= (uint)tokenizer.VocabularySize)
            {
                throw new RefusalException(
                    new Refusal(
                        RefusalKind.Invalid,
                        ErrorCode.UnknownTokenId,
                        $"The token id {id} is none of the model's, which are 0 to {tokenizer.VocabularySize - 1}."
                    )
                    {
                        Field = "ids",
                    }
                );
            }

            var token = tokenizer.TokenOf(id);
            if (token.Contains('\u2581') || token.Contains('\u0120'))
            {
                throw Refusal.Invalid("ids", "Only the tokens of WordPiece vocabularies are decoded, and this model has another one.");
            }

            if (!skipsSpecial || !IsSpecial(tokenizer, id, token))
            {
                var joins = token.StartsWith(Continues, StringComparison.Ordinal) && text.Length > 0;
                text.Append(joins || text.Length == 0 ? string.Empty : " ").Append(joins ? token[Continues.Length..] : token);
            }
        }

        return Tidied.Aggregate(text, (tidied, pair) => tidied.Replace(pair.From, pair.To)).ToString();
    }

    private static bool IsSpecial(ITokenizer tokenizer, int id, string token) =>
        tokenizer.Special.Prefix.Contains(id)
        || tokenizer.Special.Suffix.Contains(id)
        || token is "[PAD]" or "[UNK]" or "[CLS]" or "[SEP]" or "[MASK]";

    private static void WriteSpecial(Utf8JsonWriter json, ITokenizer tokenizer, IEnumerable<int> ids)
    {
        foreach (var id in ids)
        {
            json.WriteStartObject();
            json.WriteNumber("id", id);
            json.WriteString("text", tokenizer.TokenOf(id));
            json.WriteBoolean("special", true);
            json.WriteNull("start");
            json.WriteNull("stop");
            json.WriteEndObject();
        }
    }
}
