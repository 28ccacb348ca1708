using Microsoft.Data.Sqlite;

namespace Simile.Sqlite;

/// <summary>Drops the oldest entries until the file is within its bound.</summary>
/// <remarks>The clock algorithm, as in memory: the oldest entry goes, unless it was used since it was last looked at; then it becomes the
/// newest instead. A step looks at so many entries at most, and gives so few a second chance, that it stays short and still drops more than
/// a step puts in; a file that is far too large gets there in several steps.</remarks>
internal sealed class CacheEviction : IDisposable
{
    private const int AtOnce = 16;
    private const int MostLooks = 4096;
    private const int MostSecondChances = 1000;
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
        var (looks, chances) = (0, MostSecondChances);
        while (looks < MostLooks && UsedPages() > _maxPages && Oldest() is { Count: > 0 } oldest)
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
