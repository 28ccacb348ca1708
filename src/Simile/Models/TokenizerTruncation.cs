using System.Text.Json;
using Simile.Tokenization;

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

/// <summary>The token that a model fills all texts up to its length with, and which its attention sees (SigLIP).</summary>
/// <param name="Text">The entry of the vocabulary that the tokenizer's configuration names, or null.</param>
/// <param name="Id">The id that config.json names.</param>
internal sealed record PaddingToken(string? Text, int Id)
{
    /// <summary>The id: that of the tokenizer's token, for this is what published models were trained with, or else that of
    /// config.json.</summary>
    public int IdIn(ITokenizer tokenizer)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        for (var id = 0; Text is not null && id < tokenizer.VocabularySize; id++)
        {
            if (string.Equals(tokenizer.TokenOf(id), Text, StringComparison.Ordinal))
            {
                return id;
            }
        }

        return Id;
    }
}
