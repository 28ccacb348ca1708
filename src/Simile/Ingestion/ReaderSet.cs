namespace Simile.Ingestion;

/// <summary>Which reader takes which file: those that were given first, then Simile's own.</summary>
/// <param name="given">Readers of further kinds; the first that names an ending has it.</param>
internal sealed class ReaderSet(IReadOnlyList<IDocumentReader> given)
{
    // Indexes that were made before fields became metadata have none of them.
    private const string Fields = "fields/1:";

    private readonly Dictionary<string, IDocumentReader> _readers = given
        .SelectMany(reader => reader.Endings.Select(ending => (ending, reader)))
        .DistinctBy(pair => pair.ending, StringComparer.OrdinalIgnoreCase)
        .ToDictionary(pair => pair.ending, pair => pair.reader, StringComparer.OrdinalIgnoreCase);

    /// <summary>Simile's own readers alone.</summary>
    public static ReaderSet Own { get; } = new([]);

    /// <summary>Whether files of that name are read.</summary>
    public bool Takes(string path) => GivenFor(path) is not null || DocumentReaders.For(path) is not null;

    /// <summary>What tells, in an index, by which reader a file of that name was read; it begins a fingerprint.</summary>
    public string VersionOf(string path) =>
        GivenFor(path) is { } reader ? reader.Version + ":"
        : DocumentReaders.For(path) is Readers.JsonLinesReader ? Fields
        : string.Empty;

    /// <summary>What a file holds; one that no reader takes is read as plain text.</summary>
    /// <exception cref="SimileException">A code of the 500s, when nothing of it can be read.</exception>
    public DocumentContents Read(string path, byte[] bytes)
    {
        if (GivenFor(path) is not { } reader)
        {
            if (DocumentReaders.For(path) is null)
            {
                ForeignKinds.Refuse(path);
            }

            return DocumentReaders.Read(path, bytes);
        }

        ForeignKinds.RequireSameKind(path, bytes);

        var (problems, notes) = (new List<SimileException>(), new List<string>());
        try
        {
            return new DocumentContents([.. reader.Read(path, bytes, problems, notes)], problems, notes);
        }
        catch (Exception error) when (error is not SimileException and not OutOfMemoryException)
        {
            throw DocumentReaders.Unreadable(path, error);
        }
    }

    private IDocumentReader? GivenFor(string path) => _readers.GetValueOrDefault(Path.GetExtension(path));
}
