using Microsoft.Data.Sqlite;
using Simile.Caching;

namespace Simile.Sqlite;

/// <summary>Writes entries and makes room for them, each step in one transaction.</summary>
internal sealed class CacheWriter : IDisposable
{
    private readonly Lock _lock = new();
    private readonly SqliteConnection _connection;
    private readonly SqliteCommand _put;
    private readonly SqliteCommand _mark;
    private readonly SqliteCommand _remove;
    private readonly CacheEviction _eviction;
    private readonly SqliteErrors _errors;
    private bool _isClosed;

    public CacheWriter(SqliteConnection connection, SqliteErrors errors, long maxBytes)
    {
        (_connection, _errors) = (connection, errors);
        _put = connection.Prepare(
            "INSERT INTO entries (key, used, value) VALUES ($0, 0, $1) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            Array.Empty<byte>(),
            Array.Empty<byte>()
        );
        _mark = connection.Prepare("UPDATE entries SET used = 1 WHERE id = $0 AND used = 0", 0L);
        _remove = connection.Prepare("DELETE FROM entries WHERE id = $0", 0L);
        _eviction = new CacheEviction(connection, maxBytes);
    }

    /// <summary>Entries dropped so far to stay within the bound.</summary>
    public long Evictions => _eviction.Count;

    /// <summary>Marks entries as used, puts others in, and makes room.</summary>
    public void Put(IReadOnlyList<long> used, IReadOnlyList<(CacheKey Key, byte[] Value)> entries) =>
        Change(transaction =>
        {
            RunEach(_mark, used, transaction);
            _put.Transaction = transaction;
            foreach (var (key, value) in entries)
            {
                (_put.Parameters[0].Value, _put.Parameters[1].Value) = (key.ToArray(), value);
                _put.ExecuteNonQuery();
            }

            _eviction.MakeRoom(transaction);
        });

    /// <summary>Takes entries out.</summary>
    public void Remove(IReadOnlyList<long> ids) => Change(transaction => RunEach(_remove, ids, transaction));

    public void Dispose()
    {
        lock (_lock)
        {
            _isClosed = true;
            _put.Dispose();
            _mark.Dispose();
            _remove.Dispose();
            _eviction.Dispose();
            _connection.Dispose();
        }
    }

    private static void RunEach(SqliteCommand command, IReadOnlyList<long> ids, SqliteTransaction transaction)
    {
        command.Transaction = transaction;
        foreach (var id in ids)
        {
            command.Parameters[0].Value = id;
            command.ExecuteNonQuery();
        }
    }

    private void Change(Action<SqliteTransaction> work)
    {
        lock (_lock)
        {
            _errors.RequireOpen(_isClosed);
            using var transaction = _connection.BeginTransaction(deferred: false);
            work(transaction);
            transaction.Commit();
        }
    }
}
