using System.Security.Cryptography;
using Simile.Images;
using Simile.Ingestion;
using Simile.Ingestion.Readers;
using Simile.Multimodal;

namespace Simile.Search;

/// <summary>Reads documents and pictures that are new or changed.</summary>
/// <param name="traits">What the model embeds.</param>
/// <param name="chunker">Cuts documents; null where the model embeds no texts.</param>
internal sealed class FileReader(ContentTraits traits, Chunker? chunker)
{
    // Indexes that were made before fields became metadata have none of them.
    private const string Fields = "fields/1:";

    /// <summary>Whether a file of a folder is of a kind that the model embeds.</summary>
    public bool Wants(string path) =>
        PictureFiles.IsPicture(path)
            ? traits.ImageRecipe is not null
            : traits.TextRecipe is not null && DocumentReaders.For(path) is not null;

    /// <summary>The file; without its contents when the store's mark shows that it has them.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.UnreadableDocument"/>, <see cref="ErrorCode.NotARegularFile"/>,
    /// <see cref="ErrorCode.UnsupportedModality"/>.</exception>
    public ReadFile Read(string path, string? stored)
    {
        var isPicture = PictureFiles.IsPicture(path);
        if (isPicture ? traits.ImageRecipe is null : traits.TextRecipe is null)
        {
            throw new SimileException(
                ErrorCode.UnsupportedModality,
                $"The model embeds {(isPicture ? "no pictures" : "pictures only")}. Use one that embeds both, or leave the file out."
            );
        }

        var bytes = DocumentText.ReadBytes(path);
        var way = isPicture
            ? traits.ImageRecipe!.Digest
            : $"{(HasFields(path) ? Fields : string.Empty)}{chunker!.Fingerprint}:{traits.TextRecipe!.Digest}";
        var fingerprint = $"{Convert.ToHexStringLower(SHA256.HashData(bytes))}:{way}";
        var known = stored is null ? null : FileMark.Parse(stored);
        if (known?.Fingerprint == fingerprint)
        {
            // What was wrong with it is told again; that costs no embedding.
            var told = known.IsFlawed ? DocumentReaders.Read(path, bytes) : null;
            return new ReadFile(path, known, IsKnown: true, [], [], told?.Problems ?? [], told?.Notes ?? []);
        }

        return isPicture ? Picture(path, fingerprint) : Document(path, fingerprint, bytes);
    }

    private static bool HasFields(string path) => DocumentReaders.For(path) is JsonLinesReader;

    private ReadFile Document(string path, string fingerprint, byte[] bytes)
    {
        var (blocks, problems, notes) = DocumentReaders.Read(path, bytes);
        var chunks = chunker!.Split(blocks).ToList();
        var mark = new FileMark(fingerprint, IsEmpty: chunks.Count == 0, IsFlawed: problems.Count + notes.Count > 0);
        return new ReadFile(
            path,
            mark,
            IsKnown: false,
            chunks,
            chunks.ConvertAll(chunk => Content.Of(chunk.EmbeddedText)),
            problems,
            notes
        );
    }

    // A picture's words are its file's name.
    private static ReadFile Picture(string path, string fingerprint) =>
        new(
            path,
            new FileMark(fingerprint),
            IsKnown: false,
            [Chunk.OfPicture(Path.GetFileName(path))],
            [Content.Of(ImageInput.FromFile(path))],
            [],
            []
        );
}
