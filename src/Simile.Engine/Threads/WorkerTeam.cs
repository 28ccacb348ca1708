namespace Simile.Engine.Threads;

/// <summary>A few threads of our own that share numbered tasks with the caller. What a task writes must depend on its number alone; then no result depends on the team.</summary>
/// <remarks>A caller never waits for a worker that has not begun: whatever nobody else took, it does itself. Calls from several threads at once are served side by side.</remarks>
public sealed class WorkerTeam : IDisposable
{
    /// <summary>The most threads of a team.</summary>
    public const int MaxThreads = 1024;

    private const int SpinsBeforeSleep = 60;
    private readonly Lock _gate = new();
    private readonly List<TeamJob> _open = [];
    private readonly SemaphoreSlim _wake = new(0);
    private readonly Thread[] _workers;
    private volatile int _version;
    private volatile bool _stopped;

    /// <summary>Starts the workers.</summary>
    /// <param name="threads">Threads that work at a time, the caller included; 1 to <see cref="MaxThreads"/>.</param>
    /// <exception cref="SimileException"><see cref="ErrorCode.InvalidOption"/> for another number, or for more than the system allows.</exception>
    public WorkerTeam(int threads)
    {
        Threads = Checked(threads);
        _workers = new Thread[threads - 1];
        for (var i = 0; i < _workers.Length; i++)
        {
            _workers[i] = new Thread(Work) { IsBackground = true, Name = $"simile-{i + 1}" };
            Start(i);
        }
    }

    /// <summary>Threads that work at a time, the caller included.</summary>
    public int Threads { get; }

    /// <summary>Gives a number of threads back that a team can have.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.InvalidOption"/>.</exception>
    public static int Checked(int threads) => threads is >= 1 and <= MaxThreads
        ? threads
        : throw new SimileException(ErrorCode.InvalidOption, $"Threads is {threads}, but 1 to {MaxThreads} can be had. The machine has {Environment.ProcessorCount} cores.");

    /// <summary>Runs tasks 0 … <paramref name="tasks"/> − 1 and returns when all are done.</summary>
    /// <exception cref="AggregateException">The errors of the tasks that failed; the others have run.</exception>
    public void For(int tasks, Action<int> body)
    {
        ArgumentNullException.ThrowIfNull(body);
        if (tasks <= 1 || _workers.Length == 0)
        {
            for (var i = 0; i < tasks; i++)
            {
                body(i);
            }

            return;
        }

        var job = new TeamJob(tasks, body);
        Open(job);
        job.Help();
        Close(job);
        job.Wait();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stopped = true;
        _version++;
        _wake.Release(Math.Max(1, _workers.Length));
    }

    private void Start(int worker)
    {
        try
        {
            _workers[worker].Start();
        }
        catch (OutOfMemoryException error)
        {
            Dispose();
            throw new SimileException(ErrorCode.InvalidOption, $"{Threads} threads were asked for, but the system gives no more than {worker + 1}. Ask for fewer.", error);
        }
    }

    private void Open(TeamJob job)
    {
        lock (_gate)
        {
            _open.Add(job);
            _version++;
        }

        var asleep = Math.Min(job.Tasks - 1, _workers.Length) - _wake.CurrentCount;
        if (asleep > 0)
        {
            _wake.Release(asleep);
        }
    }

    private void Close(TeamJob job)
    {
        lock (_gate)
        {
            _open.Remove(job);
        }
    }

    private void Work()
    {
        while (!_stopped)
        {
            var seen = _version;
            while (Next() is { } job)
            {
                job.Help();
                Close(job);
            }

            var spinner = default(SpinWait);
            while (_version == seen && spinner.Count < SpinsBeforeSleep)
            {
                spinner.SpinOnce(sleep1Threshold: -1);
            }

            if (_version == seen)
            {
                _wake.Wait();
            }
        }
    }

    private TeamJob? Next()
    {
        lock (_gate)
        {
            return _open.Count == 0 ? null : _open[0];
        }
    }
}
