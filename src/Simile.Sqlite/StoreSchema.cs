using Microsoft.Data.Sqlite;

namespace Simile.Sqlite;

/// <summary>The tables of an index file, and what tells such a file from others.</summary>
internal static class StoreSchema
{
    // "Simi" in ASCII, and the version of the tables.
    private const long ApplicationId = 0x53696D69;
    private const long Version = 1;

    private const string Tables =
        """
        CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
        CREATE TABLE files (id INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE, fingerprint TEXT NOT NULL);
        CREATE TABLE chunks (id INTEGER PRIMARY KEY, file INTEGER NOT NULL, start_line INTEGER NOT NULL, end_line INTEGER NOT NULL, heading TEXT NOT NULL, text TEXT NOT NULL);
        CREATE INDEX chunks_of_file ON chunks (file);
        CREATE TABLE vectors (id INTEGER PRIMARY KEY, value BLOB NOT NULL);
        CREATE VIRTUAL TABLE words USING fts5(heading, text, content='', contentless_delete=1, tokenize='porter unicode61');
        """;

    /// <summary>Makes the tables of a new file, or checks that the file is ours.</summary>
    public static void Prepare(SqliteConnection connection, string path)
    {
        connection.Run("PRAGMA journal_mode=WAL");
        connection.Run("PRAGMA synchronous=NORMAL");
        if (connection.Number("PRAGMA application_id") == 0 && connection.Number("SELECT count(*) FROM sqlite_schema") == 0)
        {
            Create(connection);
        }

        var (application, version) = (connection.Number("PRAGMA application_id"), connection.Number("PRAGMA user_version"));
        if (application != ApplicationId || version != Version)
        {
            throw new SimileException(ErrorCode.BadStore, application == ApplicationId
                ? $"{path} is an index of version {version}, but this Simile reads version {Version}. Delete it and index again."
                : $"{path} is an SQLite database, but no index of Simile's. Name another file.");
        }
    }

    private static void Create(SqliteConnection connection)
    {
        using var transaction = connection.BeginTransaction(deferred: false);

        // Another process may have been faster.
        if (connection.Number("SELECT count(*) FROM sqlite_schema") == 0)
        {
            connection.Run(Tables);
            connection.Run($"PRAGMA application_id={ApplicationId}");
            connection.Run($"PRAGMA user_version={Version}");
        }

        transaction.Commit();
    }
}
