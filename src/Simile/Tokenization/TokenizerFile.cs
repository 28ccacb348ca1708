using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text.Json;
using Simile.Engine.Files;
using Simile.Tokenization.Normalization;
using Simile.Tokenization.Pieces;
using Simile.Tokenization.Pipeline;
using Simile.Tokenization.Splitting;
using Simile.Tokenization.WordPiece;

namespace Simile.Tokenization;

/// <summary>Reads Hugging Face's tokenizer.json. What it does not understand it refuses, rather than give wrong ids. The file's own truncation and padding are ignored.</summary>
public static class TokenizerFile
{
    /// <summary>Reads a tokenizer.</summary>
    /// <param name="path">The tokenizer.json.</param>
    /// <exception cref="SimileException"><see cref="ErrorCode.ModelNotFound"/> or <see cref="ErrorCode.UnsupportedTokenizer"/>.</exception>
    public static ITokenizer Load(string path)
    {
        if (!RegularFile.Exists(path))
        {
            throw new SimileException(ErrorCode.ModelNotFound, $"There is no tokenizer at {path}. A model folder needs a tokenizer.json.");
        }

        return Parse(RegularFile.ReadAllBytes(path), path);
    }

    /// <summary>Reads a tokenizer from the bytes of a tokenizer.json.</summary>
    /// <param name="utf8">The file's bytes.</param>
    /// <param name="name">The name errors use for it.</param>
    /// <exception cref="SimileException"><see cref="ErrorCode.UnsupportedTokenizer"/>.</exception>
    public static ITokenizer Parse(byte[] utf8, string name)
    {
        return Guard(name, () =>
        {
            using var document = JsonDocument.Parse(utf8);
            return Read(document.RootElement, Convert.ToHexStringLower(SHA256.HashData(utf8)));
        });
    }

    /// <summary>Reads something, and says in one kind of error that it is malformed.</summary>
    internal static T Guard<T>(string name, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception error) when (IsMalformed(error))
        {
            throw new SimileException(ErrorCode.UnsupportedTokenizer, $"{name} is not the tokenizer file that its name promises: {error.Message}", error);
        }
    }

    /// <summary>Whether an error tells of a malformed file.</summary>
    internal static bool IsMalformed(Exception error) =>
        error is JsonException or InvalidOperationException or KeyNotFoundException or FormatException or IndexOutOfRangeException or ArgumentException or OverflowException or NullReferenceException;

    private static ITokenizer Read(JsonElement root, string digest)
    {
        var model = root.GetProperty("model");
        var addedTokens = AddedTokenReader.Read(root);
        var processor = PostProcessorReader.Read(root);
        if (IsBert(root, model) && addedTokens.All(token => token.IsPlain) && processor.TrimmingPasses.IsEmpty)
        {
            return ReadBert(root, model, addedTokens, processor.Special, digest);
        }

        return new PipelineTokenizer(new PipelineParts(ModelReader.Read(model))
        {
            Normalizer = root.Has("normalizer", out var normalizer) ? NormalizerReader.Read(normalizer) : null,
            Splitter = root.Has("pre_tokenizer", out var splitter) ? SplitterReader.Read(splitter) : null,
            AddedTokens = addedTokens,
            Special = processor.Special,
            TrimmingPasses = processor.TrimmingPasses,
            Digest = digest,
        });
    }

    // The most common kind has a tokenizer of its own, which is faster than the pipeline.
    private static bool IsBert(JsonElement root, JsonElement model) =>
        ModelReader.TypeOf(model) == "WordPiece"
        && model.GetText("continuing_subword_prefix") is { Length: > 0 }
        && root.Has("pre_tokenizer", out var splitter) && splitter.TypeOf() == "BertPreTokenizer"
        && root.Has("normalizer", out var normalizer) && normalizer.TypeOf() == "BertNormalizer" && normalizer.GetFlag("clean_text");

    private static WordPieceTokenizer ReadBert(JsonElement root, JsonElement model, ImmutableArray<AddedToken> addedTokens, SpecialTokens special, string digest)
    {
        var vocabulary = TokenizerJson.ReadVocabulary(model.GetProperty("vocab"));
        var pieces = new WordPieceModel(
            vocabulary,
            model.GetProperty("unk_token").Text(),
            model.GetProperty("continuing_subword_prefix").Text(),
            model.GetProperty("max_input_chars_per_word").GetInt32());
        var plainTokens = addedTokens.ToDictionary(token => token.Content, token => token.Id, StringComparer.Ordinal);
        return new WordPieceTokenizer(vocabulary, pieces, NormalizerReader.ReadBert(root.GetProperty("normalizer")), plainTokens, digest, special);
    }
}
