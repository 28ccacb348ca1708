using System.Globalization;
using System.Security.Cryptography;
using Simile.Images;
using Simile.Ingestion;
using Simile.Multimodal;
using Simile.Vectors;

namespace Simile.Search;

/// <summary>Reads documents and pictures that are new or changed.</summary>
/// <param name="traits">What the model embeds.</param>
/// <param name="chunker">Cuts documents; null where the model embeds no texts.</param>
/// <param name="readers">What reads documents.</param>
internal sealed class FileReader(ContentTraits traits, Chunker? chunker, ReaderSet readers)
{
    /// <summary>Whether a file of a folder is of a kind that the model embeds.</summary>
    public bool Wants(string path) =>
        PictureFiles.IsPicture(path) ? traits.ImageRecipe is not null : traits.TextRecipe is not null && readers.Takes(path);

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
        var way = isPicture ? traits.ImageRecipe!.Digest : $"{readers.VersionOf(path)}{chunker!.Fingerprint}:{traits.TextRecipe!.Digest}";
        var fingerprint = $"{Convert.ToHexStringLower(SHA256.HashData(bytes))}:{way}";
        var known = stored is null ? null : FileMark.Parse(stored);
        if (known?.Fingerprint == fingerprint)
        {
            // What was wrong with it is told again; that costs no embedding.
            var told = known.IsFlawed ? readers.Read(path, bytes) : null;
            return new ReadFile(path, known, IsKnown: true, [], [], told?.Problems ?? [], told?.Notes ?? []);
        }

        return isPicture ? Picture(path, fingerprint) : Document(path, fingerprint, bytes);
    }

    private ReadFile Document(string path, string fingerprint, byte[] bytes)
    {
        var (blocks, problems, notes) = readers.Read(path, bytes);
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

/// <summary>Files that are embedded and stored together.</summary>
internal sealed class FileGroup
{
    // A picture costs about as much as these chunks.
    private const int ChunksAPicture = 16;
    private readonly List<ReadFile> _files = [];
    private readonly List<Content> _contents = [];

    public bool IsEmpty => _files.Count == 0;

    /// <summary>About how much work it is, in chunks of text.</summary>
    public int Weight { get; private set; }

    /// <summary>What is embedded for all chunks, file after file.</summary>
    public IReadOnlyList<Content> Contents => _contents;

    public void Add(ReadFile file)
    {
        _files.Add(file);
        _contents.AddRange(file.Contents);
        Weight += file.Contents.Sum(content => content.Image is null ? 1 : ChunksAPicture);
    }

    /// <summary>The files with their vectors. A text that can have none is kept for its words; a file that an error of another kind hits is
    /// left as the store has it.</summary>
    public IEnumerable<IndexedFile> Embedded(EmbeddingBatch batch, IndexTally tally)
    {
        var row = 0;
        foreach (var file in _files)
        {
            var first = row;
            row += file.Chunks.Count;
            var outcomes = batch.Outcomes.Slice(first, file.Chunks.Count).ToArray();
            var failed = Array.FindIndex(outcomes, outcome => outcome.Error is { } error && !IsOfText(error));
            if (failed >= 0)
            {
                tally.Fail(file.Path, ErrorOf(file.Chunks[failed], outcomes[failed].Error!));
                continue;
            }

            var vectors = outcomes
                .Select(
                    (outcome, i) => outcome.Error is null ? batch.Block.Slice((first + i) * batch.Dimensions, batch.Dimensions) : default
                )
                .ToList();
            var mark = file.Mark with
            {
                WithoutVector = outcomes.Count(outcome => outcome.Error is not null),
                Truncated = outcomes.Count(outcome => outcome.Truncated),
            };
            tally.Take(file with { Mark = mark }, vectors.Count(vector => !vector.IsEmpty));
            yield return new IndexedFile(file.Path, mark.ToString(), file.Chunks, vectors);
        }
    }

    private static bool IsOfText(SimileException error) =>
        error.Code is ErrorCode.EmptyText or ErrorCode.NoKnownTokens or ErrorCode.InvalidUnicode;

    private static string PlaceOf(Chunk chunk) => chunk.Place.Length > 0 ? chunk.Place : $"Lines {chunk.StartLine} to {chunk.EndLine}";

    private static SimileException ErrorOf(Chunk chunk, SimileException error) =>
        chunk.IsPicture ? error : new SimileException(error.Code, $"{PlaceOf(chunk)}: {error.Description}", error);
}

/// <summary>What a store remembers of a file: its fingerprint, and what is to be told of it again at the next run.</summary>
/// <param name="Fingerprint">Changes when the file's content, or the way it is cut and embedded, does.</param>
/// <param name="WithoutVector">Chunks without a vector.</param>
/// <param name="Truncated">Chunks that were cut.</param>
/// <param name="IsEmpty">Whether it has no chunk.</param>
/// <param name="IsFlawed">Whether reading it gave problems or notes.</param>
internal sealed record FileMark(string Fingerprint, int WithoutVector = 0, int Truncated = 0, bool IsEmpty = false, bool IsFlawed = false)
{
    private const char Separator = '!';

    /// <summary>Reads a mark.</summary>
    public static FileMark Parse(string stored)
    {
        var at = stored.IndexOf(Separator, StringComparison.Ordinal);
        return
            at >= 0
            && stored[..at].Split(',') is [var without, var cut, var empty, var flawed]
            && int.TryParse(without, CultureInfo.InvariantCulture, out var withoutVector)
            && int.TryParse(cut, CultureInfo.InvariantCulture, out var truncated)
            ? new FileMark(stored[(at + 1)..], withoutVector, truncated, empty == "1", flawed == "1")
            : new FileMark(stored);
    }

    /// <summary>The mark as it is stored: it ends as the fingerprint does, and is the fingerprint alone for a file with nothing to
    /// tell.</summary>
    public override string ToString() =>
        WithoutVector == 0 && Truncated == 0 && !IsEmpty && !IsFlawed
            ? Fingerprint
            : string.Create(
                CultureInfo.InvariantCulture,
                $"{WithoutVector},{Truncated},{(IsEmpty ? 1 : 0)},{(IsFlawed ? 1 : 0)}{Separator}{Fingerprint}"
            );
}

/// <summary>A file that was read and cut, ready to be embedded; of one that is as the store has it, only what is to be told.</summary>
/// <param name="Path">Its path.</param>
/// <param name="Mark">What the store will remember of it, or remembers.</param>
/// <param name="IsKnown">Whether the store has it so.</param>
/// <param name="Chunks">Its chunks.</param>
/// <param name="Contents">What is embedded for each.</param>
/// <param name="Problems">What of it cannot be read.</param>
/// <param name="Notes">What was guessed or replaced.</param>
internal sealed record ReadFile(
    string Path,
    FileMark Mark,
    bool IsKnown,
    IReadOnlyList<Chunk> Chunks,
    IReadOnlyList<Content> Contents,
    IReadOnlyList<SimileException> Problems,
    IReadOnlyList<string> Notes
);
