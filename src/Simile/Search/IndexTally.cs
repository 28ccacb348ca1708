using Simile.Ingestion;

namespace Simile.Search;

/// <summary>Counts what becomes of files, so that the sums of a report add up.</summary>
internal sealed class IndexTally
{
    private readonly List<IndexProblem> _problems = [];
    private readonly List<IndexNote> _notes = [];
    private int _changed;
    private int _unchanged;
    private int _unread;
    private int _empty;
    private int _withoutVector;
    private int _truncated;

    /// <summary>What went wrong so far.</summary>
    public IReadOnlyList<IndexProblem> Problems => _problems;

    /// <summary>Chunks embedded.</summary>
    public int Chunks { get; private set; }

    /// <summary>A file is in the store: as it was, or anew with so many vectors.</summary>
    public void Take(ReadFile file, int vectors)
    {
        _ = file.IsKnown ? _unchanged++ : _changed++;
        _empty += file.Mark.IsEmpty ? 1 : 0;
        _withoutVector += file.Mark.WithoutVector;
        _truncated += file.Mark.Truncated;
        Chunks += vectors;
        _problems.AddRange(file.Problems.Select(problem => new IndexProblem(file.Path, problem)));
        _notes.AddRange(file.Notes.Select(note => new IndexNote(file.Path, note)));
    }

    /// <summary>Nothing of a file could be read.</summary>
    public void Fail(string path, SimileException error)
    {
        _unread++;
        Tell(path, error);
    }

    /// <summary>Something is wrong with what is no file of its own.</summary>
    public void Tell(string path, SimileException error) => _problems.Add(new IndexProblem(path, error));

    /// <summary>Something is to be said of a path.</summary>
    public void Note(string path, string message) => _notes.Add(new IndexNote(path, message));

    /// <summary>The report.</summary>
    public IndexReport Report(FoundDocuments found, int removed) =>
        new(found.Files.Count, _changed, removed, Chunks, _problems)
        {
            Unchanged = _unchanged,
            Unread = _unread,
            Empty = _empty,
            WithoutVector = _withoutVector,
            Truncated = _truncated,
            Notes = _notes,
            PassedOver = found.PassedOver,
        };
}
