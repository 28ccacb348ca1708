using System.Collections.Concurrent;
using Simile.Documents.Reading;
using Simile.Ingestion;

namespace Simile.Documents.Isolation;

/// <summary>A reader whose work is done in another process.</summary>
/// <param name="format">The reader.</param>
/// <param name="pool">The processes.</param>
internal sealed class IsolatedReader(FormatReader format, WorkerPool pool) : IDocumentReader
{
    /// <inheritdoc/>
    public IReadOnlyCollection<string> Endings => format.Endings;

    /// <inheritdoc/>
    public string Version => format.Version;

    /// <inheritdoc/>
    public IEnumerable<TextBlock> Read(string path, byte[] bytes, ICollection<SimileException> problems, ICollection<string> notes)
    {
        ArgumentNullException.ThrowIfNull(problems);
        ArgumentNullException.ThrowIfNull(notes);
        var answer = pool.Read(path, bytes);
        if (answer.Error is { } error)
        {
            throw error;
        }

        foreach (var problem in answer.Problems)
        {
            problems.Add(problem);
        }

        foreach (var note in answer.Notes)
        {
            notes.Add(note);
        }

        return answer.Blocks;
    }
}

/// <summary>Processes that read documents: one for each document at a time, kept for the next. Those that nobody needs for a while
/// end.</summary>
/// <param name="program">The program that serves (DocumentFormats.Serve).</param>
/// <param name="arguments">Its arguments.</param>
/// <param name="limits">What one document may cost.</param>
internal sealed class WorkerPool(string program, IReadOnlyList<string> arguments, DocumentLimits limits)
{
    private static readonly TimeSpan MaxIdle = TimeSpan.FromSeconds(30);
    private readonly ConcurrentStack<WorkerProcess> _idle = [];
    private Timer? _sweep;

    public WorkerAnswer Read(string path, byte[] bytes)
    {
        var worker = Take();
        var answer = worker.Read(path, bytes, limits);

        // One that ran out of memory is not as it was.
        if (answer.Error?.Code == ErrorCode.DocumentTooLarge)
        {
            worker.Dispose();
        }
        else
        {
            _idle.Push(worker);
            LazyInitializer.EnsureInitialized(ref _sweep, () => new Timer(_ => Sweep())).Change(MaxIdle, Timeout.InfiniteTimeSpan);
        }

        return answer;
    }

    private WorkerProcess Take()
    {
        while (_idle.TryPop(out var worker))
        {
            if (worker.IsAlive)
            {
                return worker;
            }

            worker.Dispose();
        }

        return WorkerProcess.Start(program, arguments, limits);
    }

    private void Sweep()
    {
        while (_idle.TryPop(out var worker))
        {
            worker.Dispose();
        }
    }
}
