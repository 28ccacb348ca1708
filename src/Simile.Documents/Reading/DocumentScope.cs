using Simile.Ingestion;

namespace Simile.Documents.Reading;

/// <summary>One document while it is read, or one within another.</summary>
internal sealed class DocumentScope
{
    private bool _isFull;

    public DocumentScope(string path, byte[] bytes, DocumentBudget budget, BlockWriter writer)
    {
        (Path, Bytes, Budget, Writer) = (path, bytes, budget, writer);
    }

    public string Path { get; }

    public byte[] Bytes { get; }

    public DocumentBudget Budget { get; }

    public DocumentLimits Limits => Budget.Limits;

    /// <summary>Gets the blocks.</summary>
    public BlockWriter Writer { get; }

    /// <summary>Gets an error for every part that cannot be read.</summary>
    public required ICollection<SimileException> Problems { get; init; }

    /// <summary>Gets a line for everything that was guessed or left out.</summary>
    public required ICollection<string> Notes { get; init; }

    /// <summary>How many documents are around this one.</summary>
    public int Depth { get; init; }

    /// <summary>The bytes as text, lines ending in \n.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.UnreadableDocument"/>.</exception>
    public string Text() => DocumentText.Decode(Bytes, Path, Notes);

    /// <summary>A part that cannot be read.</summary>
    public void Problem(string message, Exception? inner = null) =>
        Problems.Add(new SimileException(ErrorCode.UnreadableDocument, message, inner));

    /// <summary>Whether one more page (slide, sheet …) may be read; tells, once, that no more are.</summary>
    /// <param name="number">Its number, from 1.</param>
    /// <param name="total">How many there are, where it is known.</param>
    /// <param name="what">What they are called, in the plural.</param>
    public bool TakesPage(int number, int? total, string what)
    {
        Budget.CheckTime();
        if (number <= Limits.MaxPages && !Writer.IsFull)
        {
            return true;
        }

        if (!_isFull)
        {
            _isFull = true;
            var of = total is { } all ? $" of {all:N0}" : string.Empty;
            Notes.Add($"Only the first {number - 1:N0}{of} {what} were read; the rest is left out.");
        }

        return false;
    }

    /// <summary>A document within this one.</summary>
    public DocumentScope Inner(string path, byte[] bytes, BlockWriter writer) =>
        new(path, bytes, Budget, writer)
        {
            Problems = Problems,
            Notes = Notes,
            Depth = Depth + 1,
        };
}
