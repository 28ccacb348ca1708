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

/// <summary>Drops the oldest entries until the file is within its bound.</summary>
/// <remarks>The clock algorithm, as in memory: the oldest entry goes, unless it was used since it was last looked at; then it becomes the
/// newest instead. A step looks at so many entries at most, and gives so few a second chance, that it stays short and still drops more than
/// a step puts in; a file that is far too large gets there in several steps.</remarks>
internal sealed class CacheEviction : IDisposable
{
    private const int AtOnce = 16;
    private const int MaxLooks = 4096;
    private const int MaxSecondChances = 1000;
    private const int PagesGivenBack = 512;
    private const long HighestId = 1L << 62;
    private readonly SqliteConnection _connection;
    private readonly long _maxPages;
    private readonly SqliteCommand _oldest;
    private readonly SqliteCommand _renew;
    private readonly SqliteCommand _remove;

    public CacheEviction(SqliteConnection connection, long maxBytes)
    {
        _connection = connection;
        _maxPages = maxBytes / connection.Number("PRAGMA page_size");
        _oldest = connection.Prepare($"SELECT id, used FROM entries ORDER BY id LIMIT {AtOnce}");
        _renew = connection.Prepare(
            "UPDATE entries SET id = (SELECT max(id) + 1 FROM entries), used = 0 WHERE id = $0 AND (SELECT max(id) FROM entries) < "
                + $"{HighestId}",
            0L
        );
        _remove = connection.Prepare("DELETE FROM entries WHERE id = $0", 0L);
    }

    /// <summary>Entries dropped so far.</summary>
    public long Count { get; private set; }

    /// <summary>Drops what is too much, inside the caller's transaction.</summary>
    public void MakeRoom(SqliteTransaction transaction)
    {
        _oldest.Transaction = _renew.Transaction = _remove.Transaction = transaction;
        var (looks, chances) = (0, MaxSecondChances);
        while (looks < MaxLooks && UsedPages() > _maxPages && Oldest() is { Count: > 0 } oldest)
        {
            foreach (var (id, used) in oldest)
            {
                // Ids that only damage can have made leave no room for a newer one.
                if (!(used && chances-- > 0 && Run(_renew, id) > 0))
                {
                    Count += Run(_remove, id);
                }
            }

            looks += oldest.Count;
        }

        GiveBack(transaction);
    }

    public void Dispose()
    {
        _oldest.Dispose();
        _renew.Dispose();
        _remove.Dispose();
    }

    private static int Run(SqliteCommand command, long id)
    {
        command.Parameters[0].Value = id;
        return command.ExecuteNonQuery();
    }

    // Empty pages are used again; only a file that was larger once has many more than it needs.
    private void GiveBack(SqliteTransaction transaction)
    {
        if (_connection.Number("PRAGMA page_count") <= _maxPages + (_maxPages / 32))
        {
            return;
        }

        using var vacuum = _connection.Prepare($"PRAGMA incremental_vacuum({PagesGivenBack})");
        vacuum.Transaction = transaction;
        using var reader = vacuum.ExecuteReader();
        while (reader.Read())
        {
            // Each row is a page given back.
        }
    }

    private long UsedPages() => _connection.Number("PRAGMA page_count") - _connection.Number("PRAGMA freelist_count");

    private List<(long Id, bool Used)> Oldest()
    {
        var rows = new List<(long, bool)>(AtOnce);
        using var reader = _oldest.ExecuteReader();
        while (reader.Read())
        {
            rows.Add((reader.GetInt64(0), reader.GetInt64(1) != 0));
        }

        return rows;
    }
}
