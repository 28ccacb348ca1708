namespace Simile.Engine.Threads;

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
