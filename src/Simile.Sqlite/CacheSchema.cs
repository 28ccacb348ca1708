using Microsoft.Data.Sqlite;

namespace Simile.Sqlite;

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
