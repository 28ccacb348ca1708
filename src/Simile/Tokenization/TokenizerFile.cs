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

/// <summary>Reads Hugging Face's tokenizer.json. What it does not understand it refuses, rather than give wrong ids. The file's own
/// truncation and padding are ignored.</summary>
internal static class TokenizerFile
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
    public static ITokenizer Parse(byte[] utf8, string name) => Parse(utf8, name, source => source);

    /// <summary>Reads a tokenizer some parts of which other files change.</summary>
    internal static ITokenizer Parse(byte[] utf8, string name, Func<TokenizerSource, TokenizerSource> change)
    {
        return Guard(
            name,
            () =>
            {
                using var document = JsonDocument.Parse(utf8);
                return Read(change(TokenizerSource.Of(document.RootElement, Convert.ToHexStringLower(SHA256.HashData(utf8)))));
            }
        );
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
            throw new SimileException(
                ErrorCode.UnsupportedTokenizer,
                $"{name} is not the tokenizer file that its name promises: {error.Message}",
                error
            );
        }
    }

    /// <summary>Whether an error tells of a malformed file.</summary>
    internal static bool IsMalformed(Exception error) =>
        error
            is JsonException
                or InvalidOperationException
                or KeyNotFoundException
                or FormatException
                or IndexOutOfRangeException
                or ArgumentException
                or OverflowException
                or NullReferenceException;

    private static ITokenizer Read(TokenizerSource source)
    {
        if (IsBert(source) && source.AddedTokens.All(token => token.IsPlain) && source.Processor.TrimmingPasses.IsEmpty)
        {
            return ReadBert(source);
        }

        return new PipelineTokenizer(
            new PipelineParts(ModelReader.Read(source.Model))
            {
                Normalizer = source.Normalizer is { } normalizer ? NormalizerReader.Read(normalizer) : null,
                Splitter = source.Splitter is { } splitter ? SplitterReader.Read(splitter) : null,
                AddedTokens = source.AddedTokens,
                Special = source.Processor.Special,
                TrimmingPasses = source.Processor.TrimmingPasses,
                Digest = source.Digest,
            }
        );
    }

    // The most common kind has a tokenizer of its own, which is faster than the pipeline.
    private static bool IsBert(TokenizerSource source) =>
        ModelReader.TypeOf(source.Model) == "WordPiece"
        && source.Model.GetText("continuing_subword_prefix") is { Length: > 0 }
        && source.Splitter is { } splitter
        && splitter.TypeOf() == "BertPreTokenizer"
        && source.Normalizer is { } normalizer
        && normalizer.TypeOf() == "BertNormalizer"
        && normalizer.GetFlag("clean_text");

    private static WordPieceTokenizer ReadBert(TokenizerSource source)
    {
        var vocabulary = TokenizerJson.ReadVocabulary(source.Model.GetProperty("vocab"));
        var pieces = new WordPieceModel(
            vocabulary,
            source.Model.GetProperty("unk_token").Text(),
            source.Model.GetProperty("continuing_subword_prefix").Text(),
            source.Model.GetProperty("max_input_chars_per_word").GetInt32()
        );
        var plainTokens = source.AddedTokens.ToDictionary(token => token.Content, token => token.Id, StringComparer.Ordinal);
        return new WordPieceTokenizer(
            vocabulary,
            pieces,
            NormalizerReader.ReadBert(source.Normalizer!.Value),
            plainTokens,
            source.Digest,
            source.Processor.Special
        );
    }
}

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
