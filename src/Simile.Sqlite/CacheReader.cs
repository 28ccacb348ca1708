using Microsoft.Data.Sqlite;
using Simile.Caching;

namespace Simile.Sqlite;

/// <summary>Looks entries up, over a connection of its own: readers do not wait for writers.</summary>
internal sealed class CacheReader : IDisposable
{
    private readonly Lock _lock = new();
    private readonly SqliteConnection _connection;
    private readonly SqliteErrors _errors;
    private readonly SqliteCommand _find;
    private bool _isClosed;

    public CacheReader(SqliteConnection connection, SqliteErrors errors)
    {
        (_connection, _errors) = (connection, errors);
        _find = connection.Prepare("SELECT id, used, value FROM entries WHERE key = $0", Array.Empty<byte>());
    }

    /// <summary>Fills the empty places that it can.</summary>
    /// <returns>What was found of it that is worth noting.</returns>
    public CacheFindings Find(ReadOnlySpan<CacheKey> keys, Span<CachedEmbedding?> found)
    {
        var findings = new CacheFindings();
        lock (_lock)
        {
            _errors.RequireOpen(_isClosed);
            using var transaction = _connection.BeginTransaction(deferred: true);
            _find.Transaction = transaction;
            for (var i = 0; i < keys.Length; i++)
            {
                found[i] ??= Find(keys[i], findings);
            }

            transaction.Commit();
        }

        return findings;
    }

    /// <summary>A number about the file.</summary>
    public long Number(string sql)
    {
        lock (_lock)
        {
            _errors.RequireOpen(_isClosed);
            return _connection.Number(sql);
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _isClosed = true;
            _find.Dispose();
            _connection.Dispose();
        }
    }

    private CachedEmbedding? Find(CacheKey key, CacheFindings findings)
    {
        _find.Parameters[0].Value = key.ToArray();
        using var reader = _find.ExecuteReader();
        if (!reader.Read())
        {
            findings.Misses++;
            return null;
        }

        var value = reader.GetValue(2) is byte[] bytes ? EmbeddingCodec.TryDecode(key, bytes) : null;
        if (value is null)
        {
            findings.Misses++;
            findings.Damaged.Add(reader.GetInt64(0));
        }
        else
        {
            findings.Hits++;
            findings.NoteUse(reader.GetInt64(0), reader.GetInt64(1) != 0);
        }

        return value;
    }
}

/// <summary>What a lookup came across.</summary>
internal sealed class CacheFindings
{
    public int Hits { get; set; }

    public int Misses { get; set; }

    /// <summary>Ids of entries whose bytes are damaged.</summary>
    public List<long> Damaged { get; } = [];

    /// <summary>Ids of entries that were used and are not marked so yet.</summary>
    public List<long> NewlyUsed { get; } = [];

    public void NoteUse(long id, bool isMarked)
    {
        if (!isMarked)
        {
            NewlyUsed.Add(id);
        }
    }
}
