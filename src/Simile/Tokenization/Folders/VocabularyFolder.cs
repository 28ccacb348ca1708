using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Simile.Engine.Files;
using Simile.Tokenization.Pipeline;

namespace Simile.Tokenization.Folders;

/// <summary>A folder with vocabulary files and perhaps a tokenizer_config.json.</summary>
internal sealed class VocabularyFolder
{
    private readonly string _path;
    private readonly JsonElement _config;

    public VocabularyFolder(string path)
    {
        _path = path;
        _config = Read("tokenizer_config.json");
    }

    /// <summary>The class of the tokenizer, without "Fast"; an empty string where nothing says it.</summary>
    public string Class => WithoutFast(_config.GetText("tokenizer_class"));

    /// <summary>The class that transformers takes: the one that tokenizer_config.json or config.json names, or the usual one of the
    /// network. ModernBERT's is tokenizer.json as it stands, whatever is named.</summary>
    public string UsualClass
    {
        get
        {
            var network = Read("config.json");
            var modelType = network.GetText("model_type");
            return modelType == "modernbert" ? string.Empty
                : Class.Length > 0 ? Class
                : WithoutFast(network.GetText("tokenizer_class")) is { Length: > 0 } named ? named
                : TokenizerClasses.UsualOf(modelType);
        }
    }

    /// <summary>Which side of a text is cut where it is too long: the beginning, rather than the end.</summary>
    public bool TruncatesLeft => Side("truncation_side") == "left";

    /// <summary>The first of the files that is there, or null.</summary>
    public string? Find(params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (RegularFile.Exists(Path.Combine(_path, name)))
            {
                return Path.Combine(_path, name);
            }
        }

        return null;
    }

    public bool Flag(string name, bool otherwise) => _config.GetFlag(name, otherwise);

    public bool? Choice(string name) => _config.Has(name, out var value) ? value.GetBoolean() : null;

    /// <summary>A special token, which is written as a string or as an object with its content.</summary>
    public string Token(string name, string otherwise) => TokenOf(_config, name) ?? otherwise;

    /// <summary>A special token by tokenizer_config.json or special_tokens_map.json; an empty string where neither names it.</summary>
    public string SpecialToken(string name) =>
        name.Length == 0 ? string.Empty : TokenOf(_config, name) ?? TokenOf(Read("special_tokens_map.json"), name) ?? string.Empty;

    /// <summary>The error for what the configuration asks for and Simile does not do.</summary>
    public SimileException Refusal(string what, string meaning) =>
        new(
            ErrorCode.UnsupportedTokenizer,
            $"{Path.Combine(_path, "tokenizer_config.json")} asks for {what} ({meaning}), which Simile does not do. Take the entry "
                + "out if the model does not need it."
        );

    /// <summary>The entries that the files beside tokenizer.json name as found as a whole, each once; the last mention counts.</summary>
    public IReadOnlyList<NamedToken> NamedTokens() =>
        NamedToken.ReadAll(_config, Read("special_tokens_map.json"), Read("added_tokens.json"));

    /// <summary>SHA-256 of the configuration and the files.</summary>
    public string DigestOf(params ReadOnlySpan<string> files)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(_config.GetRawText()));
        foreach (var file in files)
        {
            hash.AppendData(SHA256.HashData(RegularFile.ReadAllBytes(file)));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>Those of the tokens that the vocabulary has, as added tokens.</summary>
    public static ImmutableArray<AddedToken> Added(
        IReadOnlyDictionary<string, int> vocabulary,
        string? mask,
        params ReadOnlySpan<string> tokens
    )
    {
        var added = ImmutableArray.CreateBuilder<AddedToken>();
        foreach (var token in tokens)
        {
            if (token.Length > 0 && vocabulary.TryGetValue(token, out var id) && added.All(other => other.Id != id))
            {
                added.Add(new AddedToken(token, id));
            }
        }

        if (mask is not null && vocabulary.TryGetValue(mask, out var maskId))
        {
            added.Add(new AddedToken(mask, maskId) { StripsLeft = true });
        }

        return added.ToImmutable();
    }

    private static string? TokenOf(JsonElement file, string name) =>
        file.Has(name, out var value)
            ? value.ValueKind == JsonValueKind.Object
                ? value.GetProperty("content").Text()
                : value.Text()
            : null;

    private static string WithoutFast(string? name) => (name ?? string.Empty).Replace("Fast", string.Empty, StringComparison.Ordinal);

    private string? Side(string name) =>
        _config.Has(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private JsonElement Read(string name)
    {
        var root = Find(name) is { } file ? TokenizerFile.Guard(file, () => JsonElement.Parse(RegularFile.ReadAllBytes(file))) : default;
        return root.ValueKind == JsonValueKind.Object ? root : JsonElement.Parse("{}");
    }

    /// <summary>The id of a token that must be there.</summary>
    public static int IdOf(IReadOnlyDictionary<string, int> vocabulary, string token) =>
        vocabulary.TryGetValue(token, out var id)
            ? id
            : throw new SimileException(
                ErrorCode.UnsupportedTokenizer,
                $"The vocabulary of {vocabulary.Count} entries lacks the special token '{token}'. Name another one in "
                    + "tokenizer_config.json."
            );
}

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
