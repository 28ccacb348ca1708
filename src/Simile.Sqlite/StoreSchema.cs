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
    public static void Prepare(SqliteConnection connection, string path) =>
        new FileSchema(ApplicationId, Version, Tables).Prepare(connection, version => new SimileException(ErrorCode.BadStore, version is null
            ? $"{path} is an SQLite database, but no index of Simile's. Name another file."
            : $"{path} is an index of version {version}, but this Simile reads version {Version}. Delete it and index again."));
}
