using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;

namespace Simile.Sqlite;

/// <summary>The connections to one store: one that writes, and a few that read. With a write-ahead log readers wait neither for one
/// another nor for the writer; in memory a writer is alone.</summary>
/// <remarks>All work runs on threads of the pool. Who comes after disposal is refused; disposal waits for the calls that run.</remarks>
internal sealed class StoreConnections : IAsyncDisposable
{
    private readonly SqliteErrors _errors;
    private readonly SqliteConnection _main;
    private readonly Func<SqliteConnection> _open;
    private readonly Action<SqliteConnection> _settle;
    private readonly int _maxReaders;
    private readonly bool _isInMemory;
    private readonly SemaphoreSlim _writing = new(1);
    private readonly SemaphoreSlim _reading;
    private readonly ConcurrentStack<SqliteConnection> _idle = [];
    private readonly Lock _gate = new();
    private readonly Lock _watching = new();
    private readonly TaskCompletionSource _unused = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private SqliteConnection? _watch;
    private long _seen;
    private long _version;
    private int _running;
    private Task? _closing;

    /// <summary>Takes connections over.</summary>
    /// <param name="errors">The file.</param>
    /// <param name="main">The connection that writes, as far as it may.</param>
    /// <param name="open">Opens another one, to read.</param>
    /// <param name="maxReaders">The most that read at once.</param>
    /// <param name="settle">What is done with the first connection at the end, when it is alone; null in memory.</param>
    public StoreConnections(
        SqliteErrors errors,
        SqliteConnection main,
        Func<SqliteConnection> open,
        int maxReaders,
        Action<SqliteConnection>? settle
    )
    {
        (_errors, _main, _open, _maxReaders, _settle) = (errors, main, open, maxReaders, settle ?? (_ => { }));
        _isInMemory = settle is null;
        _reading = new SemaphoreSlim(maxReaders);
    }

    /// <summary>A number that is another one after every change of the file, whoever made it.</summary>
    public ValueTask<long> VersionAsync(CancellationToken cancellationToken) =>
        _isInMemory
            ? InsideAsync(() => Task.FromResult(Interlocked.Read(ref _version)), cancellationToken)
            : InsideAsync(() => Task.Run(Watch), cancellationToken);

    /// <summary>Reads over a connection that nobody else uses meanwhile.</summary>
    public ValueTask<T> ReadAsync<T>(Func<SqliteConnection, T> work, CancellationToken cancellationToken) =>
        InsideAsync(
            async () =>
            {
                await _reading.WaitAsync(cancellationToken).ConfigureAwait(false);
                try
                {
                    return await Task.Run(() => Lend(work), cancellationToken).ConfigureAwait(false);
                }
                finally
                {
                    _reading.Release();
                }
            },
            cancellationToken
        );

    /// <summary>Changes the store in one transaction, which is taken back where the work throws.</summary>
    public ValueTask<T> WriteAsync<T>(Func<SqliteConnection, T> work, CancellationToken cancellationToken) =>
        InsideAsync(
            async () =>
            {
                await _writing.WaitAsync(cancellationToken).ConfigureAwait(false);
                try
                {
                    return await AloneAsync(() => Change(work), cancellationToken).ConfigureAwait(false);
                }
                finally
                {
                    _writing.Release();
                }
            },
            cancellationToken
        );

    /// <summary>As the other overload, for work without a result.</summary>
    public async ValueTask WriteAsync(Action<SqliteConnection> work, CancellationToken cancellationToken) =>
        await WriteAsync(
                connection =>
                {
                    work(connection);
                    return true;
                },
                cancellationToken
            )
            .ConfigureAwait(false);

    public async ValueTask DisposeAsync()
    {
        Task closing;
        lock (_gate)
        {
            closing = _closing ??= CloseAsync();
            if (_running == 0)
            {
                _unused.TrySetResult();
            }
        }

        await closing.ConfigureAwait(false);
    }

    private async ValueTask<T> InsideAsync<T>(Func<Task<T>> call, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_closing is not null, typeof(SqliteChunkStore));
            _running++;
        }

        try
        {
            return await call().ConfigureAwait(false);
        }
        finally
        {
            lock (_gate)
            {
                if (--_running == 0 && _closing is not null)
                {
                    _unused.TrySetResult();
                }
            }
        }
    }

    private T Lend<T>(Func<SqliteConnection, T> work)
    {
        var connection = _idle.TryPop(out var idle) ? idle : _open();
        try
        {
            return _errors.Run(() => work(connection));
        }
        finally
        {
            _idle.Push(connection);
        }
    }

    private T Change<T>(Func<SqliteConnection, T> work) =>
        _errors.Run(() =>
        {
            using var transaction = _main.BeginTransaction(deferred: false);
            var result = work(_main);
            transaction.Commit();
            Interlocked.Increment(ref _version);
            return result;
        });

    // Connections to one store in memory share its pages: who writes waits until nobody reads.
    private async Task<T> AloneAsync<T>(Func<T> work, CancellationToken cancellationToken)
    {
        var taken = 0;
        try
        {
            for (; _isInMemory && taken < _maxReaders; taken++)
            {
                await _reading.WaitAsync(cancellationToken).ConfigureAwait(false);
            }

            return await Task.Run(work, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            if (taken > 0)
            {
                _reading.Release(taken);
            }
        }
    }

    // What a connection sees of the changes of others; it makes none itself.
    private long Watch()
    {
        lock (_watching)
        {
            _watch ??= _open();
            var seen = _errors.Run(() => _watch.Number("PRAGMA data_version"));
            if (seen != _seen)
            {
                (_seen, _) = (seen, Interlocked.Increment(ref _version));
            }

            return Interlocked.Read(ref _version);
        }
    }

    private async Task CloseAsync()
    {
        await _unused.Task.ConfigureAwait(false);
        _watch?.Dispose();
        while (_idle.TryPop(out var connection))
        {
            connection.Dispose();
        }

        _settle(_main);
        _main.Dispose();
        _writing.Dispose();
        _reading.Dispose();
    }
}
