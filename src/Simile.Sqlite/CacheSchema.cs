using Microsoft.Data.Sqlite;

namespace Simile.Sqlite;

/// <summary>The tables of a cache file. New entries get the highest id, so the lowest is the oldest, and pages that empty out do so at the front.</summary>
internal static class CacheSchema
{
    /// <summary>Bytes a page of the file has: five vectors of 384 values.</summary>
    public const int PageBytes = 8192;

    // "SimC" in ASCII, and the version of the tables.
    private const long ApplicationId = 0x53696D43;
    private const long Version = 1;

    private const string Tables =
        """
        CREATE TABLE entries (id INTEGER PRIMARY KEY, key BLOB NOT NULL UNIQUE, used INTEGER NOT NULL, value BLOB NOT NULL);
        CREATE TABLE facts (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
        INSERT INTO facts VALUES ('entries', 0);
        CREATE TRIGGER entry_added AFTER INSERT ON entries BEGIN UPDATE facts SET value = value + 1 WHERE name = 'entries'; END;
        CREATE TRIGGER entry_removed AFTER DELETE ON entries BEGIN UPDATE facts SET value = value - 1 WHERE name = 'entries'; END;
        """;

    /// <summary>Opens a cache file, made where there is none.</summary>
    public static SqliteConnection Open(string path, TimeSpan busy)
    {
        var seconds = (int)Math.Ceiling(Math.Max(1, busy.TotalSeconds));
        var settings = new SqliteConnectionStringBuilder { DataSource = path, Mode = SqliteOpenMode.ReadWriteCreate, DefaultTimeout = seconds, Pooling = false };
        var connection = new SqliteConnection(settings.ToString());
        try
        {
            connection.Open();
            connection.Run($"PRAGMA busy_timeout={(long)busy.TotalMilliseconds}");
            connection.Run($"PRAGMA page_size={PageBytes}");
            connection.Run("PRAGMA auto_vacuum=INCREMENTAL");
            new FileSchema(ApplicationId, Version, Tables).Prepare(connection, version => CacheErrors.Unavailable(path, version is null
                ? "it is an SQLite database, but no cache of Simile's. Name another file"
                : $"it is a cache of version {version}, but this Simile reads version {Version}. Delete it"));
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }
}
