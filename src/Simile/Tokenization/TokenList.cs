namespace Simile.Tokenization;

/// <summary>The entries of a vocabulary by their ids.</summary>
internal static class TokenList
{
    /// <summary>Ids must be smaller; the largest vocabularies have about a million entries.</summary>
    public const int MostTokens = 1 << 24;

    /// <summary>An array with each entry at its id; ids without an entry hold an empty string.</summary>
    public static string[] Make(IReadOnlyCollection<KeyValuePair<string, int>> entries)
    {
        var tokens = new string[entries.Count == 0 ? 0 : entries.Max(entry => entry.Value) + 1];
        Array.Fill(tokens, string.Empty);
        foreach (var (token, id) in entries)
        {
            tokens[id] = token;
        }

        return tokens;
    }

    /// <summary>The id, if it can be one.</summary>
    public static int CheckId(string token, long id) =>
        id is >= 0 and < MostTokens
            ? (int)id
            : throw new SimileException(
                ErrorCode.UnsupportedTokenizer,
                $"The tokenizer gives '{token}' the id {id}; expected 0 to {MostTokens - 1}."
            );
}
