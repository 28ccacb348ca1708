using System.Globalization;
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

/// <summary>Every word is an entry of the vocabulary, or unknown.</summary>
internal sealed class WordLevelModel(Dictionary<string, int> vocabulary, string unknownToken) : IPieceModel
{
    public IReadOnlyDictionary<string, int> Vocabulary => vocabulary;

    public int? UnknownId { get; } =
        vocabulary.TryGetValue(unknownToken, out var id)
            ? id
            : throw new SimileException(
                ErrorCode.UnsupportedTokenizer,
                $"The unknown token '{unknownToken}' is not in the vocabulary of {vocabulary.Count} words. Add it, or name another one."
            );

    public bool IsCached => false;

    public PieceWorker CreateWorker() => new Worker(vocabulary.GetAlternateLookup<ReadOnlySpan<char>>(), UnknownId!.Value);

    private sealed class Worker(Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> vocabulary, int unknown) : PieceWorker
    {
        public override void Tokenize(ReadOnlySpan<char> word, TokenBuffer pieces) =>
            pieces.Add(vocabulary.TryGetValue(word, out var id) ? id : unknown, 0, word.Length);
    }
}

/// <summary>Reads a number of a JSON file the way Rust's serde_json does: digits first, then one division by a power of ten.</summary>
/// <remarks>The last bit may differ from the nearest double, and with it the choice between two spellings of a word that are equally
/// probable.</remarks>
internal static class SerdeNumber
{
    private const int LargestPower = 308;
    private static readonly double[] Powers =
    [
        .. Enumerable.Range(0, LargestPower + 1).Select(power => double.Parse($"1e{power}", CultureInfo.InvariantCulture)),
    ];

    public static double Parse(ReadOnlySpan<char> number)
    {
        var isNegative = number.StartsWith('-');
        var mantissa = isNegative ? number[1..] : number;
        var marker = mantissa.IndexOfAny('e', 'E');
        var exponent = marker < 0 ? 0 : int.Parse(mantissa[(marker + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        var digits = ReadDigits(marker < 0 ? mantissa : mantissa[..marker], out var shift);
        var value = Scale(digits, (long)exponent + shift);
        return isNegative ? -value : value;
    }

    private static ulong ReadDigits(ReadOnlySpan<char> mantissa, out int shift)
    {
        shift = 0;
        var digits = 0UL;
        var isFraction = false;
        var isFull = false;
        foreach (var unit in mantissa)
        {
            if (unit == '.')
            {
                isFraction = true;
                continue;
            }

            var digit = (uint)char.GetNumericValue(unit);
            isFull |= digits > (ulong.MaxValue - digit) / 10;
            if (!isFull)
            {
                digits = (digits * 10) + digit;
            }

            shift += (isFraction, isFull) switch
            {
                (true, false) => -1,
                (false, true) => 1,
                _ => 0,
            };
        }

        return digits;
    }

    private static double Scale(double value, long exponent)
    {
        for (; exponent < -LargestPower && value != 0; exponent += LargestPower)
        {
            value /= Powers[LargestPower];
        }

        return exponent switch
        {
            _ when value == 0 => 0,
            < 0 => value / Powers[-exponent],
            <= LargestPower => value * Powers[exponent],
            _ => throw new FormatException($"A score of ten to the power of {exponent} is too large."),
        };
    }
}
