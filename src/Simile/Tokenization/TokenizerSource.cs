using System.Collections.Immutable;
using System.Text.Json;
using Simile.Tokenization.Pipeline;

namespace Simile.Tokenization;

/// <summary>The parts of a tokenizer.json: as they stand there, or as the files beside it change them.</summary>
internal sealed record TokenizerSource
{
    /// <summary>The model with its vocabulary.</summary>
    public required JsonElement Model { get; init; }

    /// <summary>The normalizer, or null.</summary>
    public JsonElement? Normalizer { get; init; }

    /// <summary>The pre-tokenizer, or null.</summary>
    public JsonElement? Splitter { get; init; }

    /// <summary>What stands around a text, and how places are trimmed.</summary>
    public required PostProcessor Processor { get; init; }

    /// <summary>Entries found as a whole.</summary>
    public required ImmutableArray<AddedToken> AddedTokens { get; init; }

    /// <summary>SHA-256 of everything the ids depend on.</summary>
    public required string Digest { get; init; }

    /// <summary>The parts as a tokenizer.json has them.</summary>
    public static TokenizerSource Of(JsonElement root, string digest) =>
        new()
        {
            Model = root.GetProperty("model"),
            Normalizer = root.Has("normalizer", out var normalizer) ? normalizer : null,
            Splitter = root.Has("pre_tokenizer", out var splitter) ? splitter : null,
            Processor = PostProcessorReader.Read(root),
            AddedTokens = AddedTokenReader.Read(root),
            Digest = digest,
        };

    /// <summary>The id of an entry: that of the added token, or that of the vocabulary; null where there is none.</summary>
    public int? IdOf(string token)
    {
        if (AddedTokens.FirstOrDefault(added => added.Content == token) is { } known)
        {
            return known.Id;
        }

        var vocabulary = Model.GetProperty("vocab");
        if (vocabulary.ValueKind == JsonValueKind.Object)
        {
            return vocabulary.TryGetProperty(token, out var id) ? TokenList.CheckId(token, id.GetInt64()) : null;
        }

        var index = 0;
        foreach (var piece in vocabulary.EnumerateArray())
        {
            if (piece[0].ValueEquals(token))
            {
                return index;
            }

            index++;
        }

        return null;
    }

    /// <summary>The id that the next new entry gets.</summary>
    public int NextId()
    {
        var vocabulary = Model.GetProperty("vocab");
        var last =
            vocabulary.ValueKind == JsonValueKind.Object
                ? vocabulary.EnumerateObject().Select(entry => (int)entry.Value.GetInt64()).DefaultIfEmpty(-1).Max()
                : vocabulary.GetArrayLength() - 1;
        return Math.Max(last, AddedTokens.Select(token => token.Id).DefaultIfEmpty(-1).Max()) + 1;
    }
}
