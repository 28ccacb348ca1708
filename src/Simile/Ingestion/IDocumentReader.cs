namespace Simile.Ingestion;

/// <summary>Reads documents of some kinds, beside those that Simile reads itself (<see cref="Search.IndexBuilder.Readers"/>). Safe for many
/// callers at once.</summary>
public interface IDocumentReader
{
    /// <summary>The endings of the files that it reads, each with its dot and in small letters (".pdf").</summary>
    IReadOnlyCollection<string> Endings { get; }

    /// <summary>Another text whenever the reader gives other blocks for the same bytes ("pdf/2"): an index reads its files again
    /// then.</summary>
    string Version { get; }

    /// <summary>The blocks of a document, in order. What cannot be read of it is a problem, and costs nothing else.</summary>
    /// <param name="path">The file's name, for its ending and for messages.</param>
    /// <param name="bytes">Its contents.</param>
    /// <param name="problems">Gets an error for every part that cannot be read; the rest is read.</param>
    /// <param name="notes">Gets a line for everything that was guessed, replaced or left out.</param>
    /// <exception cref="SimileException">A code of the 500s, when nothing of it can be read. Any other exception counts as
    /// <see cref="ErrorCode.UnreadableDocument"/>.</exception>
    IEnumerable<TextBlock> Read(string path, byte[] bytes, ICollection<SimileException> problems, ICollection<string> notes);
}
