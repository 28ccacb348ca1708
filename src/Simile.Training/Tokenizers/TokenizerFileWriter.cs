using System.Text.Encodings.Web;
using System.Text.Json;
using Simile.Tokenization.WordPiece;

namespace Simile.Training.Tokenizers;

/// <summary>Writes a WordPiece vocabulary as Hugging Face's tokenizer.json.</summary>
internal static class TokenizerFileWriter
{
    /// <summary>Writes the file; a half-written one never stands in its place.</summary>
    /// <param name="path">The tokenizer.json.</param>
    /// <param name="vocabulary">The entries in the order of their ids.</param>
    /// <param name="options">The options the vocabulary was made with.</param>
    public static void Write(string path, IReadOnlyList<string> vocabulary, WordPieceTrainerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        Write(path, vocabulary, options.SpecialTokens, options.Normalizer);
    }

    /// <summary>Writes the file of a vocabulary that was made elsewhere.</summary>
    /// <param name="path">The tokenizer.json.</param>
    /// <param name="vocabulary">The entries in the order of their ids.</param>
    /// <param name="special">Those found as a whole, the unknown token first.</param>
    /// <param name="normalizer">What is done to text before it is split into words.</param>
    public static void Write(string path, IReadOnlyList<string> vocabulary, IReadOnlyList<string> special, BertNormalizer normalizer)
    {
        ArgumentNullException.ThrowIfNull(vocabulary);
        ArgumentNullException.ThrowIfNull(special);
        ArgumentNullException.ThrowIfNull(normalizer);
        var unfinished = path + ".tmp";
        using (var stream = File.Create(unfinished))
        using (
            var json = new Utf8JsonWriter(
                stream,
                new JsonWriterOptions
                {
                    Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
                    Indented = true,
                    IndentSize = 0,
                }
            )
        )
        {
            json.WriteStartObject();
            json.WriteString("version", "1.0");
            json.WriteNull("truncation");
            json.WriteNull("padding");
            WriteAddedTokens(json, [.. vocabulary.Index().Where(entry => special.Contains(entry.Item))]);
            WriteNormalizer(json, normalizer);
            WriteType(json, "pre_tokenizer", "BertPreTokenizer");
            json.WriteNull("post_processor");
            json.WriteStartObject("decoder");
            json.WriteString("type", "WordPiece");
            json.WriteString("prefix", "##");
            json.WriteBoolean("cleanup", true);
            json.WriteEndObject();
            WriteModel(json, vocabulary, special[0]);
            json.WriteEndObject();
        }

        File.Move(unfinished, path, overwrite: true);
    }

    private static void WriteAddedTokens(Utf8JsonWriter json, IReadOnlyList<(int Id, string Content)> tokens)
    {
        json.WriteStartArray("added_tokens");
        foreach (var (id, content) in tokens)
        {
            json.WriteStartObject();
            json.WriteNumber("id", id);
            json.WriteString("content", content);
            foreach (var flag in (ReadOnlySpan<string>)["single_word", "lstrip", "rstrip", "normalized"])
            {
                json.WriteBoolean(flag, false);
            }

            json.WriteBoolean("special", true);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteNormalizer(Utf8JsonWriter json, BertNormalizer normalizer)
    {
        json.WriteStartObject("normalizer");
        json.WriteString("type", "BertNormalizer");
        json.WriteBoolean("clean_text", normalizer.CleanText);
        json.WriteBoolean("handle_chinese_chars", normalizer.HandleChineseChars);
        if (normalizer.StripAccents is { } strip)
        {
            json.WriteBoolean("strip_accents", strip);
        }
        else
        {
            json.WriteNull("strip_accents");
        }

        json.WriteBoolean("lowercase", normalizer.Lowercase);
        json.WriteEndObject();
    }

    private static void WriteType(Utf8JsonWriter json, string name, string type)
    {
        json.WriteStartObject(name);
        json.WriteString("type", type);
        json.WriteEndObject();
    }

    private static void WriteModel(Utf8JsonWriter json, IReadOnlyList<string> vocabulary, string unknown)
    {
        json.WriteStartObject("model");
        json.WriteString("type", "WordPiece");
        json.WriteString("unk_token", unknown);
        json.WriteString("continuing_subword_prefix", "##");
        json.WriteNumber("max_input_chars_per_word", 100);
        json.WriteStartObject("vocab");
        for (var id = 0; id < vocabulary.Count; id++)
        {
            json.WriteNumber(vocabulary[id], id);
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }
}
