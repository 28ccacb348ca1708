using System.Runtime.InteropServices;
using Microsoft.Data.Sqlite;
using Simile.Ingestion;
using Simile.Search;

namespace Simile.Sqlite;

/// <summary>Writes documents into the tables, inside the caller's transaction.</summary>
internal sealed class FileWriter(SqliteConnection connection) : IDisposable
{
    // Chunks that were taken out and are remembered, for those who hold vectors in memory. Who missed more reads all anew.
    private const int MaxRemembered = 16384;
    private const string OfFile = "IN (SELECT chunks.id FROM chunks JOIN files ON files.id = chunks.file WHERE path = $0)";

    private readonly SqliteCommand[] _remove =
    [
        connection.Prepare($"INSERT INTO removed (chunk) SELECT id FROM vectors WHERE id {OfFile}", ""),
        connection.Prepare($"DELETE FROM words WHERE rowid {OfFile}", ""),
        connection.Prepare($"DELETE FROM vectors WHERE id {OfFile}", ""),
        connection.Prepare($"DELETE FROM metadata WHERE chunk {OfFile}", ""),
        connection.Prepare("DELETE FROM chunks WHERE file = (SELECT id FROM files WHERE path = $0)", ""),
        connection.Prepare("DELETE FROM files WHERE path = $0", ""),
    ];

    private readonly SqliteCommand _file = connection.Prepare("INSERT INTO files (path, fingerprint) VALUES ($0, $1) RETURNING id", "", "");
    private readonly SqliteCommand _chunk = connection.Prepare(
        "INSERT INTO chunks (file, start_line, end_line, heading, text, place) VALUES ($0, $1, $2, $3, $4, $5) RETURNING id",
        0,
        0,
        0,
        "",
        "",
        ""
    );
    private readonly SqliteCommand _words = connection.Prepare("INSERT INTO words (rowid, heading, text) VALUES ($0, $1, $2)", 0, "", "");
    private readonly SqliteCommand _vector = connection.Prepare("INSERT INTO vectors VALUES ($0, $1)", 0, Array.Empty<byte>());
    private readonly SqliteCommand _metadata = connection.Prepare("INSERT INTO metadata VALUES ($0, $1, $2)", 0, "", "");

    /// <returns>How many there were of them.</returns>
    public int Replace(IReadOnlyList<IndexedFile> files, CancellationToken cancellationToken)
    {
        var removed = Remove([.. files.Select(file => file.Path)], cancellationToken);
        foreach (var file in files)
        {
            cancellationToken.ThrowIfCancellationRequested();
            _file.Set(file.Path, file.Fingerprint);
            var id = (long)_file.ExecuteScalar()!;
            for (var i = 0; i < file.Chunks.Count; i++)
            {
                Insert(id, file.Chunks[i], file.Vectors[i].Span);
            }
        }

        return removed;
    }

    /// <returns>How many there were.</returns>
    public int Remove(IReadOnlyCollection<string> paths, CancellationToken cancellationToken)
    {
        var removed = 0;
        foreach (var path in paths)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var changed = 0;
            foreach (var command in _remove)
            {
                command.Set(path);
                changed = command.ExecuteNonQuery();
            }

            // The last one takes out the document itself.
            removed += changed;
        }

        connection.Run("DELETE FROM removed WHERE number <= (SELECT max(number) FROM removed) - $0", MaxRemembered);
        return removed;
    }

    public void Dispose()
    {
        foreach (var command in (SqliteCommand[])[.. _remove, _file, _chunk, _words, _vector, _metadata])
        {
            command.Dispose();
        }
    }

    private void Insert(long file, Chunk chunk, ReadOnlySpan<float> vector)
    {
        _chunk.Set(file, chunk.StartLine, chunk.EndLine, chunk.Heading, chunk.Text, chunk.Place);
        var id = (long)_chunk.ExecuteScalar()!;
        _words.Set(id, SearchWords.ToIndex(chunk.Heading), SearchWords.ToIndex(chunk.Text));
        _words.ExecuteNonQuery();
        if (!vector.IsEmpty)
        {
            _vector.Set(id, MemoryMarshal.AsBytes(vector).ToArray());
            _vector.ExecuteNonQuery();
        }

        foreach (var (name, value) in chunk.Metadata)
        {
            _metadata.Set(id, name, FilterSql.StoredOf(value));
            _metadata.ExecuteNonQuery();
        }
    }
}
