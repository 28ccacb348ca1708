using System.Text;
using System.Text.Json;
using Simile.Tokenization.Offsets;
using Simile.Tokenization.Patterns;
using Simile.Tokenization.Pipeline;
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

/// <summary>Turns letters into lower case.</summary>
internal sealed class LowercaseNormalizer : ITextNormalizer
{
    private const int CapitalIWithDot = 0x130;

    public void Normalize(NormalizedText text)
    {
        if (Ascii.IsValid(text.Units))
        {
            Ascii.ToLowerInPlace(text.Text.Units, out _);
            return;
        }

        foreach (var rune in text.Units.EnumerateRunes())
        {
            if (rune.Value == CapitalIWithDot)
            {
                // The one character whose lower case is two.
                text.Change(new Rune('i'), 0);
                text.Change(new Rune(0x307), 1);
            }
            else
            {
                text.Change(LowerCase.Of(rune), 0);
            }
        }

        text.ApplyChanges();
    }
}

/// <summary>Puts one character in the place of each.</summary>
internal sealed class MapNormalizer(Func<Rune, Rune> map) : ITextNormalizer
{
    public void Normalize(NormalizedText text)
    {
        foreach (var rune in text.Units.EnumerateRunes())
        {
            text.Change(map(rune), 0);
        }

        text.ApplyChanges();
    }
}

/// <summary>Drops white space at the ends.</summary>
internal sealed class StripNormalizer(bool left, bool right) : ITextNormalizer
{
    public void Normalize(NormalizedText text)
    {
        var units = text.Units;
        var from = left ? units.Length - units.TrimStart().Length : 0;
        var to = right ? units.TrimEnd().Length : units.Length;
        if (from == 0 && to == units.Length)
        {
            return;
        }

        foreach (var rune in units[Math.Min(from, to)..to].EnumerateRunes())
        {
            text.Change(rune, 0);
        }

        text.ApplyChanges(from);
    }
}

/// <summary>SentencePiece's cleaning for machine translation: drops controls, and turns unusual white space into a space.</summary>
internal sealed class NmtNormalizer : ITextNormalizer
{
    private static readonly ITextNormalizer Steps = new NormalizerSequence([
        new FilterNormalizer(rune => !IsDropped(rune.Value)),
        new MapNormalizer(Map),
    ]);

    public void Normalize(NormalizedText text) => Steps.Normalize(text);

    private static bool IsDropped(int code) => code is (>= 0x1 and <= 0x8) or 0xB or (>= 0xE and <= 0x1F) or 0x7F or 0x8F or 0x9F;

    private static Rune Map(Rune rune) =>
        rune.Value is 0x9 or 0xA or 0xC or 0xD or 0x1680 or (>= 0x200B and <= 0x200F) or 0x2028 or 0x2029 or 0x2581 or 0xFEFF or 0xFFFD
            ? new Rune(' ')
            : rune;
}

/// <summary>Every byte of the UTF-8 as a printable character.</summary>
internal sealed class ByteLevelNormalizer : ITextNormalizer
{
    public void Normalize(NormalizedText text)
    {
        Span<byte> bytes = stackalloc byte[4];
        foreach (var rune in text.Units.EnumerateRunes())
        {
            var count = rune.EncodeToUtf8(bytes);
            for (var i = 0; i < count; i++)
            {
                text.Change(new Rune(ByteCharacters.Of(bytes[i])), i == 0 ? 0 : 1);
            }
        }

        text.ApplyChanges();
    }
}
