using System.Text.Json;
using Simile.Tokenization.Pipeline;

namespace Simile.Tokenization.Folders;

/// <summary>An entry that a file beside tokenizer.json names: by its text alone, or with the rules by which it is found.</summary>
/// <param name="Content">The text.</param>
/// <param name="Rules">How it is found; null where only the text is said.</param>
/// <param name="Overrules">Whether its rules go before those of tokenizer.json.</param>
internal sealed record NamedToken(string Content, AddedToken? Rules, bool Overrules = false)
{
    private static readonly string[] Names = ["bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token"];
    private static readonly string[] Lists = ["additional_special_tokens", "extra_special_tokens"];

    /// <summary>The entry with an id.</summary>
    public AddedToken As(int id) => (Rules ?? new AddedToken(Content, 0)) with { Id = id };

    /// <summary>All entries of the three files.</summary>
    public static IReadOnlyList<NamedToken> ReadAll(JsonElement config, JsonElement map, JsonElement added)
    {
        var tokens = new List<NamedToken>();
        if (config.Has("added_tokens_decoder", out var decoder) && decoder.ValueKind == JsonValueKind.Object)
        {
            tokens.AddRange(decoder.EnumerateObject().Select(entry => Of(entry.Value) with { Overrules = true }));
        }

        tokens.AddRange(added.EnumerateObject().Select(entry => new NamedToken(entry.Name, null)));
        tokens.AddRange(OfNames(map));
        tokens.AddRange(OfNames(config));
        return
        [
            .. tokens
                .Where(token => token.Content.Length > 0)
                .GroupBy(token => token.Content, StringComparer.Ordinal)
                .Select(group =>
                    group.FirstOrDefault(token => token.Overrules) ?? group.LastOrDefault(token => token.Rules is not null) ?? group.Last()
                ),
        ];
    }

    private static IEnumerable<NamedToken> OfNames(JsonElement file)
    {
        foreach (var name in Names)
        {
            if (file.Has(name, out var value))
            {
                yield return Of(value);
            }
        }

        foreach (var name in Lists)
        {
            foreach (var value in file.Has(name, out var list) ? ItemsOf(list) : [])
            {
                yield return Of(value);
            }
        }
    }

    // A list, or since transformers 5 an object of names and tokens.
    private static IEnumerable<JsonElement> ItemsOf(JsonElement list) =>
        list.ValueKind switch
        {
            JsonValueKind.Array => list.EnumerateArray(),
            JsonValueKind.Object => list.EnumerateObject().Select(entry => entry.Value),
            _ => [],
        };

    private static NamedToken Of(JsonElement value) =>
        value.ValueKind != JsonValueKind.Object
            ? new NamedToken(value.Text(), null)
            : new NamedToken(
                value.GetProperty("content").Text(),
                new AddedToken(value.GetProperty("content").Text(), 0)
                {
                    SingleWord = value.GetFlag("single_word"),
                    StripsLeft = value.GetFlag("lstrip"),
                    StripsRight = value.GetFlag("rstrip"),
                    IsNormalized = value.GetFlag("normalized"),
                }
            );
}
