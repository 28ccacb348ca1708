using Microsoft.Data.Sqlite;
using Simile.Search;

namespace Simile.Sqlite;

/// <summary>The tables of an index file, and what tells such a file from others.</summary>
/// <remarks>Version 2: words are split by <see cref="SearchWords"/>, and ids are never used again. The table of words keeps no texts; its
/// tokenizer only stems what it is given.
/// Version 3: metadata, and a list of the chunks that were taken out last, so that who holds vectors in memory need not read all
/// anew.
/// Version 4: where a chunk stands in a document without lines.</remarks>
internal static class StoreSchema
{
    private const string Chunks =
        "CREATE TABLE chunks (id INTEGER PRIMARY KEY AUTOINCREMENT, file INTEGER NOT NULL, start_line INTEGER NOT NULL, end_line "
        + "INTEGER NOT NULL, heading TEXT NOT NULL, text TEXT NOT NULL)";

    private const string Fourth = "ALTER TABLE chunks ADD COLUMN place TEXT NOT NULL DEFAULT ''";

    private const string Words =
        "CREATE VIRTUAL TABLE words USING fts5(heading, text, content='', contentless_delete=1, tokenize=\"porter ascii tokenchars "
        + "'.+#'\")";

    // The type of a value is that of what was put in: 1 and '1' are two values.
    private const string Third = """
        CREATE TABLE metadata (chunk INTEGER NOT NULL, name TEXT NOT NULL, value NOT NULL, PRIMARY KEY (chunk, name)) WITHOUT ROWID;
        CREATE INDEX chunks_of_value ON metadata (name, value);
        CREATE INDEX pictures ON chunks (id) WHERE start_line = 0;
        CREATE TABLE removed (number INTEGER PRIMARY KEY AUTOINCREMENT, chunk INTEGER NOT NULL);
        """;

    private const string Tables = $"""
        CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
        CREATE TABLE files (id INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE, fingerprint TEXT NOT NULL);
        {Chunks};
        CREATE INDEX chunks_of_file ON chunks (file);
        CREATE TABLE vectors (id INTEGER PRIMARY KEY, value BLOB NOT NULL);
        {Words};
        {Third}
        {Fourth};
        """;

    /// <summary>Index files: "Simi" in ASCII, and the version of the tables.</summary>
    public static FileSchema File { get; } = new("index", 0x53696D69, 4, Tables) { Migrate = Migrate, OldestRead = 3 };

    /// <summary>Whether the chunks of a file say where they stand in documents without lines.</summary>
    public static bool HasPlaces(SqliteConnection connection) => connection.Number("PRAGMA user_version") > 3;

    private static void Migrate(SqliteConnection connection)
    {
        if (connection.Number("PRAGMA user_version") < 2)
        {
            MigrateToSecond(connection);
        }

        if (connection.Number("PRAGMA user_version") < 3)
        {
            connection.Run(Third);
        }

        connection.Run(Fourth);
    }

    private static void MigrateToSecond(SqliteConnection connection)
    {
        connection.Run(
            $"""
            ALTER TABLE chunks RENAME TO older;
            DROP INDEX chunks_of_file;
            {Chunks};
            INSERT INTO chunks SELECT id, file, start_line, end_line, heading, text FROM older;
            DROP TABLE older;
            CREATE INDEX chunks_of_file ON chunks (file);
            DROP TABLE words;
            {Words};
            """
        );
        using var insert = connection.Prepare("INSERT INTO words (rowid, heading, text) VALUES ($0, $1, $2)", 0L, "", "");
        using var chunks = connection.Prepare("SELECT id, heading, text FROM chunks");
        using var reader = chunks.ExecuteReader();
        while (reader.Read())
        {
            insert.Set(reader.GetInt64(0), SearchWords.ToIndex(reader.GetString(1)), SearchWords.ToIndex(reader.GetString(2)));
            insert.ExecuteNonQuery();
        }
    }
}
