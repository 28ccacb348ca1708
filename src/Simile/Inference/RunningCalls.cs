namespace Simile.Inference;

/// <summary>Counts the calls that use a resource, so that it is freed at once when nobody does, and otherwise behind the last
/// call.</summary>
/// <param name="owner">The type that a late caller is told is disposed.</param>
/// <param name="free">Frees the resource; called once.</param>
internal sealed class RunningCalls(Type owner, Action free) : IDisposable
{
    private readonly Lock _gate = new();
    private int _running;
    private bool _disposed;

    /// <summary>Begins a call; dispose of what is returned to end it.</summary>
    /// <exception cref="ObjectDisposedException">The resource was given up.</exception>
    public Call Enter()
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, owner);
            _running++;
        }

        return new Call(this);
    }

    /// <summary>Lets no further call begin.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (!_disposed && _running == 0)
            {
                free();
            }

            _disposed = true;
        }
    }

    private void Leave()
    {
        lock (_gate)
        {
            _running--;
            if (_disposed && _running == 0)
            {
                free();
            }
        }
    }

    /// <summary>A call that runs.</summary>
    public readonly struct Call(RunningCalls calls) : IDisposable
    {
        /// <summary>Ends it.</summary>
        public void Dispose() => calls.Leave();
    }
}
