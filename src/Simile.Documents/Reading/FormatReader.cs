using Simile.Ingestion;

namespace Simile.Documents.Reading;

/// <summary>A reader of one format, within limits.</summary>
internal abstract class FormatReader(DocumentLimits limits) : IDocumentReader
{
    /// <inheritdoc/>
    public abstract IReadOnlyCollection<string> Endings { get; }

    /// <inheritdoc/>
    public abstract string Version { get; }

    /// <summary>Whether the format's library may take more than it is allowed, so that it runs in a process of its own where there is
    /// one.</summary>
    public virtual bool IsForeign => false;

    /// <inheritdoc/>
    public IEnumerable<TextBlock> Read(string path, byte[] bytes, ICollection<SimileException> problems, ICollection<string> notes)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(bytes);
        ArgumentNullException.ThrowIfNull(problems);
        ArgumentNullException.ThrowIfNull(notes);
        var budget = new DocumentBudget(limits, path);
        var scope = new DocumentScope(path, bytes, budget, new BlockWriter(budget)) { Problems = problems, Notes = notes };
        if (bytes.AsSpan().IndexOfAnyExcept((byte)0) < 0)
        {
            return [];
        }

        Read(scope);
        if (scope.Writer.IsFull)
        {
            notes.Add($"Only its first {limits.MaxCharacters:N0} characters were read; the rest is left out.");
        }

        return scope.Writer.Finish();
    }

    /// <summary>Reads a document, or one within another.</summary>
    /// <exception cref="SimileException">A code of the 500s. Other exceptions count as damage of the document.</exception>
    public abstract void Read(DocumentScope scope);
}
