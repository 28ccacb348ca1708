using System.Collections.Immutable;
using System.Text.Json;

namespace Simile.Tokenization.Pipeline;

/// <summary>Reads the added tokens of a tokenizer.json.</summary>
internal static class AddedTokenReader
{
    public static ImmutableArray<AddedToken> Read(JsonElement root)
    {
        if (!root.Has("added_tokens", out var list))
        {
            return [];
        }

        var tokens = list.EnumerateArray().Select(ReadOne).Where(token => token.Content.Length > 0).ToList();

        // Of an entry that is there twice the last counts.
        return [.. tokens.GroupBy(token => token.Content, StringComparer.Ordinal).Select(group => group.Last())];
    }

    private static AddedToken ReadOne(JsonElement token)
    {
        var content = token.GetProperty("content").Text();
        return new AddedToken(content, TokenList.CheckId(content, token.GetProperty("id").GetInt64()))
        {
            SingleWord = token.GetFlag("single_word"),
            StripsLeft = token.GetFlag("lstrip"),
            StripsRight = token.GetFlag("rstrip"),
            IsNormalized = token.GetFlag("normalized"),
        };
    }
}
