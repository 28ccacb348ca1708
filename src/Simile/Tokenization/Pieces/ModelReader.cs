using System.Text.Json;
using Simile.Tokenization.WordPiece;

namespace Simile.Tokenization.Pieces;

/// <summary>Reads the model of a tokenizer.json.</summary>
internal static class ModelReader
{
    /// <summary>The type of a model; older files leave it out, and then its members tell.</summary>
    public static string TypeOf(JsonElement model) =>
        model.Has("type", out var type)
            ? type.Text()
            : model switch
            {
                _ when model.TryGetProperty("merges", out _) => "BPE",
                _ when model.TryGetProperty("max_input_chars_per_word", out _) => "WordPiece",
                _ when model.GetProperty("vocab").ValueKind == JsonValueKind.Array => "Unigram",
                _ => "WordLevel",
            };

    public static IPieceModel Read(JsonElement model) =>
        TypeOf(model) switch
        {
            "BPE" => ReadBpe(model),
            "Unigram" => ReadUnigram(model),
            "WordPiece" => ReadWordPiece(model),
            "WordLevel" => new WordLevelModel(
                TokenizerJson.ReadVocabulary(model.GetProperty("vocab")),
                model.GetProperty("unk_token").Text()
            ),
            var type => throw TokenizerJson.Refusal("model", type, "BPE, Unigram, WordLevel or WordPiece"),
        };

    private static WordPiecePieces ReadWordPiece(JsonElement model)
    {
        var vocabulary = TokenizerJson.ReadVocabulary(model.GetProperty("vocab"));
        return new WordPiecePieces(
            vocabulary,
            new WordPieceModel(
                vocabulary,
                model.GetProperty("unk_token").Text(),
                model.GetProperty("continuing_subword_prefix").Text(),
                model.GetProperty("max_input_chars_per_word").GetInt32()
            )
        );
    }

    private static BpeModel ReadBpe(JsonElement model)
    {
        if (model.Has("dropout", out var dropout) && dropout.GetDouble() != 0)
        {
            throw new SimileException(
                ErrorCode.UnsupportedTokenizer,
                $"The tokenizer's dropout is {dropout.GetDouble()}; expected none, since ids must not depend on chance."
            );
        }

        return new BpeModel(
            TokenizerJson.ReadVocabulary(model.GetProperty("vocab")),
            ReadMerges(model.GetProperty("merges")),
            new BpeOptions
            {
                UnknownToken = model.GetText("unk_token"),
                FuseUnknown = model.GetFlag("fuse_unk"),
                ByteFallback = model.GetFlag("byte_fallback"),
                IgnoreMerges = model.GetFlag("ignore_merges"),
                ContinuingSubwordPrefix = model.GetText("continuing_subword_prefix") ?? string.Empty,
                EndOfWordSuffix = model.GetText("end_of_word_suffix") ?? string.Empty,
            }
        );
    }

    private static List<(string Left, string Right)> ReadMerges(JsonElement merges)
    {
        var pairs = new List<(string, string)>(merges.GetArrayLength());
        foreach (var merge in merges.EnumerateArray())
        {
            if (merge.ValueKind == JsonValueKind.Array)
            {
                pairs.Add((merge[0].Text(), merge[1].Text()));
            }
            else if (!merge.Text().StartsWith("#version", StringComparison.Ordinal))
            {
                pairs.Add(SplitMerge(merge.Text()));
            }
        }

        return pairs;
    }

    /// <summary>The two sides of a merge written as one line.</summary>
    public static (string Left, string Right) SplitMerge(string line)
    {
        var sides = line.Split(' ');
        return sides.Length == 2
            ? (sides[0], sides[1])
            : throw new SimileException(
                ErrorCode.UnsupportedTokenizer,
                $"The tokenizer has the merge '{line}'; expected two entries with a space between them."
            );
    }

    private static UnigramModel ReadUnigram(JsonElement model)
    {
        var pieces = model
            .GetProperty("vocab")
            .EnumerateArray()
            .Select(piece => KeyValuePair.Create(piece[0].Text(), SerdeNumber.Parse(piece[1].GetRawText())))
            .ToList();
        return new UnigramModel(pieces, model.Has("unk_id", out var id) ? id.GetInt32() : null, model.GetFlag("byte_fallback"));
    }
}
