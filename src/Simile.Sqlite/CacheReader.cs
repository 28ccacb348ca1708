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

/// <summary>The tables of a cache file. New entries get the highest id, so the lowest is the oldest, and pages that empty out do so at the
/// front.</summary>
internal static class CacheSchema
{
    /// <summary>Bytes a page of the file has: five vectors of 384 values.</summary>
    public const int PageBytes = 8192;

    private const string Tables = """
        CREATE TABLE entries (id INTEGER PRIMARY KEY, key BLOB NOT NULL UNIQUE, used INTEGER NOT NULL, value BLOB NOT NULL);
        CREATE TABLE facts (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
        INSERT INTO facts VALUES ('entries', 0);
        CREATE TRIGGER entry_added AFTER INSERT ON entries BEGIN UPDATE facts SET value = value + 1 WHERE name = 'entries'; END;
        CREATE TRIGGER entry_removed AFTER DELETE ON entries BEGIN UPDATE facts SET value = value - 1 WHERE name = 'entries'; END;
        """;

    // "SimC" in ASCII, and the version of the tables.
    private static readonly FileSchema File = new("cache", 0x53696D43, 1, Tables)
    {
        Settings = $"PRAGMA page_size={PageBytes}; PRAGMA auto_vacuum=INCREMENTAL",
    };

    /// <summary>Opens a cache file, made where there is none: its owner's alone, since vectors tell of texts.</summary>
    public static SqliteConnection Open(SqliteErrors errors, TimeSpan busy) =>
        File.OpenToWrite(errors, busy, isPrivate: !System.IO.File.Exists(errors.Path));
}
