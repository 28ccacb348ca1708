using System.Security.Cryptography;
using Simile.Images;
using Simile.Ingestion;
using Simile.Multimodal;
using Simile.Tokenization;

namespace Simile.Search;

/// <summary>Reads documents and pictures that are new or changed.</summary>
internal sealed class FileReader
{
    private readonly ContentEmbedder _embedder;
    private readonly Chunker? _chunker;
    private readonly string _cut;

    public FileReader(ContentEmbedder embedder, ITokenizer? tokenizer, ChunkerOptions options)
    {
        _embedder = embedder;
        _cut = options.Fingerprint;
        if (embedder.Texts is not null)
        {
            _chunker = new Chunker(tokenizer ?? throw new SimileException(ErrorCode.InvalidOption, "The model embeds texts, but no tokenizer was given to cut documents with."), options);
        }
    }

    /// <summary>Whether a file of a folder is of a kind that the model embeds.</summary>
    public bool Wants(string path) =>
        PictureFiles.IsPicture(path) ? _embedder.Images is not null : _embedder.Texts is not null && DocumentReaders.For(path) is not null;

    /// <summary>The file, or null when it has the fingerprint that is known.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.UnreadableDocument"/>, <see cref="ErrorCode.UnsupportedModality"/>.</exception>
    public ReadFile? Read(string path, string? known)
    {
        var isPicture = PictureFiles.IsPicture(path);
        if (isPicture ? _embedder.Images is null : _embedder.Texts is null)
        {
            throw new SimileException(ErrorCode.UnsupportedModality, $"The model embeds {(isPicture ? "no pictures" : "pictures only")}. Use one that embeds both, or leave the file out.");
        }

        var bytes = DocumentText.ReadBytes(path);
        var way = isPicture ? _embedder.Images!.Recipe.Digest : $"{_cut}:{_embedder.Texts!.Recipe.Digest}";
        var fingerprint = $"{Convert.ToHexStringLower(SHA256.HashData(bytes))}:{way}";
        return fingerprint == known ? null : isPicture ? Picture(path, fingerprint) : Document(path, fingerprint, bytes);
    }

    private ReadFile Document(string path, string fingerprint, byte[] bytes)
    {
        var chunks = _chunker!.Split(DocumentReaders.Read(path, bytes)).ToList();
        return new ReadFile(path, fingerprint, chunks, chunks.ConvertAll(chunk => Content.Of(chunk.EmbeddedText)));
    }

    // A picture's words are its file's name.
    private static ReadFile Picture(string path, string fingerprint) =>
        new(path, fingerprint, [Chunk.OfPicture(Path.GetFileName(path))], [Content.Of(ImageInput.FromFile(path))]);
}
