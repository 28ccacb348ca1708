using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Simile.Ingestion;
using Simile.Ingestion.Readers;
using Simile.Multimodal;
using Simile.Vectors;

namespace Simile.Search;

/// <summary>Cuts texts of one's own into passages, and tells by a fingerprint which the store has already.</summary>
/// <param name="chunker">Cuts texts.</param>
/// <param name="recipe">What texts are embedded by.</param>
internal sealed class TextCutter(Chunker chunker, EmbeddingRecipe recipe)
{
    private const int MaxId = 1024;

    public bool IsEstimate => chunker.IsEstimate;

    /// <exception cref="SimileException"><see cref="ErrorCode.UnsupportedModality"/> where the model embeds no texts.</exception>
    public static TextCutter Of(IEmbedder<Content> embedder, ChunkerOptions? options) =>
        ContentTraits.Of(embedder).TextRecipe is { } recipe
            ? new TextCutter(Chunker.For(embedder, options), recipe)
            : throw new SimileException(
                ErrorCode.UnsupportedModality,
                "The model embeds pictures only, but texts are to be indexed. Use one that embeds texts."
            );

    /// <summary>Fills the outcomes of texts that cannot be stored.</summary>
    public void Refuse(IReadOnlyList<TextEntry> texts, TextOutcome?[] outcomes)
    {
        var times = texts
            .Where(text => text?.Id is not null)
            .CountBy(text => text.Id, StringComparer.Ordinal)
            .ToDictionary(StringComparer.Ordinal);
        for (var i = 0; i < texts.Count; i++)
        {
            if (ErrorOf(texts[i], times) is { } error)
            {
                outcomes[i] = new TextOutcome(texts[i]?.Id ?? string.Empty, 0, error);
            }
        }
    }

    /// <summary>What the store will remember of a text that it has already, maybe with other metadata; null where it has another.</summary>
    /// <param name="text">The text.</param>
    /// <param name="known">What it remembers.</param>
    public FileMark? MarkOf(TextEntry text, FileMark known)
    {
        // The digests of text and metadata come first.
        var (own, parts) = (FingerprintOf(text), known.Fingerprint.Split(':', 3));
        var wanted = own.Split(':', 3);
        return parts.Length == 3 && parts[0] == wanted[0] && parts[2] == wanted[2] ? known with { Fingerprint = own } : null;
    }

    /// <summary>The text's passages, ready to be embedded.</summary>
    public ReadFile Cut(TextEntry text)
    {
        var problems = new List<SimileException>();
        var lines = text.Text.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n');
        List<Chunk> chunks =
        [
            .. chunker
                .Split(new PlainTextReader().Read(lines, problems))
                .Select(chunk => chunk with { Metadata = text.Metadata ?? ChunkMetadata.None }),
        ];
        return new ReadFile(
            text.Id,
            new FileMark(FingerprintOf(text)),
            IsKnown: false,
            chunks,
            chunks.ConvertAll(chunk => Content.Of(chunk.EmbeddedText)),
            problems,
            []
        );
    }

    private static SimileException? ErrorOf(TextEntry? text, Dictionary<string, int> times)
    {
        if (text?.Id is null || text.Text is null)
        {
            return new SimileException(ErrorCode.NullInput, "A text, or its id, is null. Leave it out.");
        }

        if (text.Id.Length is 0 or > MaxId || times[text.Id] > 1)
        {
            return new SimileException(
                ErrorCode.InvalidOption,
                times[text.Id] > 1 && text.Id.Length > 0
                    ? $"'{text.Id}' was given {times[text.Id]} times in one call; an id stands for one text. Give each an id of its own."
                    : $"An id has {text.Id.Length} characters; from 1 to {MaxId} are expected."
            );
        }

        if (!ChunkMetadata.IsWhole(text.Id) || !ChunkMetadata.IsWhole(text.Text))
        {
            return new SimileException(
                ErrorCode.InvalidUnicode,
                $"The text '{text.Id}', or its id, holds half of a surrogate pair or a NUL character. Write whole characters."
            );
        }

        if (string.IsNullOrWhiteSpace(text.Text))
        {
            return new SimileException(ErrorCode.EmptyText, $"The text '{text.Id}' is empty. Leave it out, or take it out of the index.");
        }

        try
        {
            ChunkMetadata.Require(text.Metadata ?? ChunkMetadata.None);
            return null;
        }
        catch (SimileException error)
        {
            return error;
        }
    }

    private string FingerprintOf(TextEntry text) =>
        $"{DigestOf(text.Text)}:{DigestOf(Written(text.Metadata ?? ChunkMetadata.None))}:{chunker.Fingerprint}:{recipe.Digest}";

    // No name and no text of metadata holds a NUL.
    private static string Written(IReadOnlyDictionary<string, MetadataValue> metadata) =>
        string.Concat(
            metadata
                .OrderBy(pair => pair.Key, StringComparer.Ordinal)
                .Select(pair =>
                    string.Create(CultureInfo.InvariantCulture, $"{pair.Key}\0{pair.Value.Value!.GetType().Name}\0{pair.Value}\0")
                )
        );

    private static string DigestOf(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
