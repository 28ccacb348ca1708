using System.Security.Cryptography;
using System.Text.Json;
using Simile.Tokenization.WordPiece;

namespace Simile.Tokenization;

/// <summary>Reads Hugging Face's tokenizer.json. What it does not understand it refuses, rather than give wrong ids.</summary>
public static class TokenizerFile
{
    /// <summary>Reads a tokenizer.</summary>
    /// <param name="path">The tokenizer.json.</param>
    /// <exception cref="SimileException"><see cref="ErrorCode.ModelNotFound"/> or <see cref="ErrorCode.UnsupportedTokenizer"/>.</exception>
    public static ITokenizer Load(string path)
    {
        if (!File.Exists(path))
        {
            throw new SimileException(ErrorCode.ModelNotFound, $"There is no tokenizer at {path}. A model folder needs a tokenizer.json.");
        }

        return Parse(File.ReadAllBytes(path), path);
    }

    /// <summary>Reads a tokenizer from the bytes of a tokenizer.json.</summary>
    /// <param name="utf8">The file's bytes.</param>
    /// <param name="name">The name errors use for it.</param>
    public static ITokenizer Parse(byte[] utf8, string name)
    {
        try
        {
            using var document = JsonDocument.Parse(utf8);
            return Read(document.RootElement, Convert.ToHexStringLower(SHA256.HashData(utf8)));
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw new SimileException(ErrorCode.UnsupportedTokenizer, $"{name} is not a tokenizer.json: {error.Message}", error);
        }
    }

    private static WordPieceTokenizer Read(JsonElement root, string digest)
    {
        var model = root.GetProperty("model");
        if (model.TryGetProperty("type", out _) || !model.TryGetProperty("max_input_chars_per_word", out _))
        {
            // Older files leave the type out; only WordPiece limits the length of a word.
            Require(model, "model", "WordPiece");
        }

        Require(root.GetProperty("pre_tokenizer"), "pre_tokenizer", "BertPreTokenizer");
        var vocabulary = model.GetProperty("vocab").EnumerateObject()
            .ToDictionary(entry => entry.Name, entry => entry.Value.GetInt32(), StringComparer.Ordinal);
        var pieces = new WordPieceModel(
            vocabulary,
            model.GetProperty("unk_token").GetString()!,
            model.GetProperty("continuing_subword_prefix").GetString()!,
            model.GetProperty("max_input_chars_per_word").GetInt32());
        return new WordPieceTokenizer(vocabulary, pieces, ReadNormalizer(root.GetProperty("normalizer")), ReadAddedTokens(root), digest, PostProcessorReader.Read(root));
    }

    private static BertNormalizer ReadNormalizer(JsonElement element)
    {
        Require(element, "normalizer", "BertNormalizer");
        var accents = element.GetProperty("strip_accents");
        return new BertNormalizer
        {
            CleanText = element.GetProperty("clean_text").GetBoolean(),
            HandleChineseChars = element.GetProperty("handle_chinese_chars").GetBoolean(),
            StripAccents = accents.ValueKind == JsonValueKind.Null ? null : accents.GetBoolean(),
            Lowercase = element.GetProperty("lowercase").GetBoolean(),
        };
    }

    private static Dictionary<string, int> ReadAddedTokens(JsonElement root)
    {
        var tokens = new Dictionary<string, int>(StringComparer.Ordinal);
        if (!root.TryGetProperty("added_tokens", out var list) || list.ValueKind != JsonValueKind.Array)
        {
            return tokens;
        }

        foreach (var token in list.EnumerateArray())
        {
            foreach (var flag in (ReadOnlySpan<string>)["single_word", "lstrip", "rstrip", "normalized"])
            {
                if (token.TryGetProperty(flag, out var value) && value.GetBoolean())
                {
                    throw new SimileException(ErrorCode.UnsupportedTokenizer, $"The added token {token.GetProperty("content")} asks for {flag}, which is not supported yet.");
                }
            }

            tokens[token.GetProperty("content").GetString()!] = token.GetProperty("id").GetInt32();
        }

        return tokens;
    }

    private static void Require(JsonElement element, string part, string expected)
    {
        var type = element.ValueKind == JsonValueKind.Object && element.TryGetProperty("type", out var value) ? value.GetString() : "none";
        if (!string.Equals(type, expected, StringComparison.Ordinal))
        {
            throw new SimileException(ErrorCode.UnsupportedTokenizer, $"The tokenizer's {part} is of type {type}, but only {expected} is supported so far.");
        }
    }
}
