using System.Runtime.CompilerServices;

namespace Simile.Engine.Threads;

/// <summary>A few threads of our own that share numbered tasks with the caller. What a task writes must depend on its number alone; then no
/// result depends on the team.</summary>
/// <remarks>The threads do not keep the team alive: one that nobody holds any more is stopped as if it were disposed. A caller never waits
/// for a worker that has not begun: whatever nobody else took, it does itself. Calls from several threads at once are served side by
/// side.</remarks>
internal sealed class WorkerTeam : IDisposable
{
    /// <summary>The most threads of a team.</summary>
    public const int MaxThreads = 1024;

    private readonly Crew _crew = new();

    /// <summary>Starts the workers.</summary>
    /// <param name="threads">Threads that work at a time, the caller included; 1 to <see cref="MaxThreads"/>.</param>
    /// <exception cref="SimileException"><see cref="ErrorCode.InvalidOption"/> for another number, or for more than the system
    /// allows.</exception>
    public WorkerTeam(int threads)
    {
        Threads = Checked(threads);
        for (var i = 1; i < threads; i++)
        {
            Start(i);
        }
    }

    /// <summary>Stops the workers of a team that was never disposed.</summary>
#pragma warning disable MA0055 // There is no handle to be freed instead: the threads themselves are what must end.
    ~WorkerTeam() => _crew.Stop(Threads);
#pragma warning restore MA0055

    /// <summary>Threads that work at a time, the caller included.</summary>
    public int Threads { get; }

    /// <summary>Gives a number of threads back that a team can have.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.InvalidOption"/>.</exception>
    public static int Checked(int threads) =>
        threads is >= 1 and <= MaxThreads
            ? threads
            : throw new SimileException(
                ErrorCode.InvalidOption,
                $"Threads is {threads}, but 1 to {MaxThreads} can be had. The machine has {Environment.ProcessorCount} cores."
            );

    /// <summary>Runs tasks 0 … <paramref name="tasks"/> − 1 and returns when all are done.</summary>
    /// <exception cref="AggregateException">The errors of the tasks that failed; the others have run.</exception>
    public void For(int tasks, Action<int> body)
    {
        ArgumentNullException.ThrowIfNull(body);
        if (tasks <= 1 || Threads == 1)
        {
            for (var i = 0; i < tasks; i++)
            {
                body(i);
            }

            return;
        }

        var job = new TeamJob(tasks, body);
        _crew.Open(job, Math.Min(tasks - 1, Threads - 1));
        job.Help();
        _crew.Close(job);
        job.Wait();
        GC.KeepAlive(this);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _crew.Stop(Threads);
        GC.SuppressFinalize(this);
    }

    private void Start(int worker)
    {
        try
        {
            new Thread(_crew.Work) { IsBackground = true, Name = $"simile-{worker}" }.Start();
        }
        catch (OutOfMemoryException error)
        {
            Dispose();
            throw new SimileException(
                ErrorCode.InvalidOption,
                $"{Threads} threads were asked for, but the system gives no more than {worker}. Ask for fewer.",
                error
            );
        }
    }

    // All that the threads hold. It knows no team, so that a team can be collected while its threads sleep.
    private sealed class Crew
    {
        private const int SpinsBeforeSleep = 60;
        private readonly Lock _gate = new();
        private readonly List<TeamJob> _open = [];
        private readonly SemaphoreSlim _wake = new(0);
        private volatile int _version;
        private volatile bool _stopped;

        public void Stop(int threads)
        {
            _stopped = true;
            _version++;
            _wake.Release(Math.Max(1, threads));
        }

        public void Open(TeamJob job, int wanted)
        {
            lock (_gate)
            {
                _open.Add(job);
                _version++;
            }

            var asleep = wanted - _wake.CurrentCount;
            if (asleep > 0)
            {
                _wake.Release(asleep);
            }
        }

        public void Close(TeamJob job)
        {
            lock (_gate)
            {
                _open.Remove(job);
            }
        }

        public void Work()
        {
            while (!_stopped)
            {
                var seen = _version;
                while (HelpOne()) { }

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

        // On its own, so that a thread that sleeps holds no job, and with it no team.
        [MethodImpl(MethodImplOptions.NoInlining)]
        private bool HelpOne()
        {
            if (Next() is not { } job)
            {
                return false;
            }

            job.Help();
            Close(job);
            return true;
        }

        private TeamJob? Next()
        {
            lock (_gate)
            {
                return _open.Count == 0 ? null : _open[0];
            }
        }
    }
}

/// <summary>One call's tasks: each is taken once, by whoever comes first.</summary>
internal sealed class TeamJob(int tasks, Action<int> body)
{
    private readonly Lock _gate = new();
    private List<Exception>? _errors;
    private int _next = -1;
    private int _done;

    public int Tasks { get; } = tasks;

    /// <summary>Does tasks until none is left to take.</summary>
    public void Help()
    {
        for (var task = Interlocked.Increment(ref _next); task < Tasks; task = Interlocked.Increment(ref _next))
        {
            Run(task);
        }
    }

    /// <summary>Returns when the tasks that others took are done too.</summary>
    public void Wait()
    {
        var spinner = default(SpinWait);
        while (Volatile.Read(ref _done) < Tasks)
        {
            spinner.SpinOnce(sleep1Threshold: 200);
        }

        if (_errors is not null)
        {
            throw new AggregateException(_errors);
        }
    }

    private void Run(int task)
    {
        try
        {
            body(task);
        }
        catch (Exception error)
        {
            lock (_gate)
            {
                (_errors ??= []).Add(error);
            }
        }
        finally
        {
            Interlocked.Increment(ref _done);
        }
    }
}

/// <summary>Runs numbered tasks on a team, or one after the other where there is none.</summary>
internal static class WorkSteps
{
    public static void Run(WorkerTeam? team, int tasks, Action<int> body)
    {
        if (team is not null)
        {
            team.For(tasks, body);
            return;
        }

        for (var task = 0; task < tasks; task++)
        {
            body(task);
        }
    }
}
