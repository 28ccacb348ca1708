using System.Text.Json;

namespace Simile.Models;

/// <summary>Reads the truncation that a tokenizer.json holds. Hugging Face's tokenizers apply it wherever the file is loaded alone, as
/// sentence-transformers' StaticEmbedding does.</summary>
internal static class TokenizerTruncation
{
    /// <summary>The most tokens of a text, or null for all.</summary>
    /// <param name="path">The tokenizer.json; what is wrong with it otherwise is told by who reads the tokenizer.</param>
    /// <exception cref="SimileException"><see cref="ErrorCode.UnsupportedTokenizer"/> when it asks for anything but the beginning of a
    /// text.</exception>
    public static int? Read(string path)
    {
        if (!File.Exists(path))
        {
            return null;
        }

        try
        {
            return Find(path, File.ReadAllBytes(path));
        }
        catch (JsonException)
        {
            return null;
        }
    }

    // The entry stands near the beginning; the vocabulary behind it is not read.
    private static int? Find(string path, ReadOnlySpan<byte> bytes)
    {
        var reader = new Utf8JsonReader(bytes);
        while (reader.Read() && reader.CurrentDepth <= 1)
        {
            if (reader.TokenType != JsonTokenType.PropertyName)
            {
                continue;
            }

            var isTruncation = reader.ValueTextEquals("truncation");
            reader.Read();
            if (isTruncation && reader.TokenType != JsonTokenType.Null)
            {
                using var value = JsonDocument.ParseValue(ref reader);
                return Limit(new ModelConfig(path, value.RootElement));
            }

            reader.Skip();
        }

        return null;
    }

    private static int? Limit(ModelConfig truncation)
    {
        truncation.Require("direction", "Right");
        return truncation.LimitOrNull("max_length");
    }
}
