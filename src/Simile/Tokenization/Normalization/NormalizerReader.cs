using System.Text;
using System.Text.Json;
using Simile.Tokenization.Patterns;
using Simile.Tokenization.Unicode;
using Simile.Tokenization.WordPiece;

namespace Simile.Tokenization.Normalization;

/// <summary>Reads the normalizer of a tokenizer.json.</summary>
internal static class NormalizerReader
{
    private const string Known =
        "BertNormalizer, ByteLevel, Lowercase, NFC, NFD, NFKC, NFKD, Nmt, Precompiled, Prepend, Replace, Sequence, Strip or StripAccents";

    public static ITextNormalizer Read(JsonElement element) =>
        element.TypeOf() switch
        {
            "BertNormalizer" => new BertTextNormalizer(ReadBert(element)),
            "ByteLevel" => new ByteLevelNormalizer(),
            "Lowercase" => new LowercaseNormalizer(),
            "NFC" => new UnicodeNormalizer(NormalizationKind.Nfc),
            "NFD" => new UnicodeNormalizer(NormalizationKind.Nfd),
            "NFKC" => new UnicodeNormalizer(NormalizationKind.Nfkc),
            "NFKD" => new UnicodeNormalizer(NormalizationKind.Nfkd),
            "Nmt" => new NmtNormalizer(),
            "Precompiled" => new PrecompiledNormalizer(new CharacterMap(element.GetProperty("precompiled_charsmap").GetBytesFromBase64())),
            "Prepend" => new PrependNormalizer(element.GetProperty("prepend").Text()),
            "Replace" => new ReplaceNormalizer(PatternReader.Read(element.GetProperty("pattern")), element.GetProperty("content").Text()),
            "Sequence" => new NormalizerSequence([.. element.GetProperty("normalizers").EnumerateArray().Select(Read)]),
            "Strip" => new StripNormalizer(element.GetProperty("strip_left").GetBoolean(), element.GetProperty("strip_right").GetBoolean()),
            "StripAccents" => new FilterNormalizer(rune => !CombiningMarks.Contains(rune)),
            var type => throw TokenizerJson.Refusal("normalizer", type, Known),
        };

    /// <summary>Reads the options of BERT's normalizer.</summary>
    public static BertNormalizer ReadBert(JsonElement element) =>
        new()
        {
            CleanText = element.GetProperty("clean_text").GetBoolean(),
            HandleChineseChars = element.GetProperty("handle_chinese_chars").GetBoolean(),
            StripAccents = element.Has("strip_accents", out var accents) ? accents.GetBoolean() : null,
            Lowercase = element.GetProperty("lowercase").GetBoolean(),
        };
}
