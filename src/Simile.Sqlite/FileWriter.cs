using System.Runtime.InteropServices;
using Microsoft.Data.Sqlite;
using Simile.Ingestion;
using Simile.Search;

namespace Simile.Sqlite;

/// <summary>Writes files into the tables, inside the caller's transaction.</summary>
internal static class FileWriter
{
    public static void Replace(SqliteConnection connection, IReadOnlyList<IndexedFile> files)
    {
        if (files.CountBy(file => file.Path, StringComparer.Ordinal).FirstOrDefault(path => path.Value > 1) is { Key: { } twice })
        {
            throw new SimileException(ErrorCode.InvalidOption, $"'{twice}' was given {files.Count(file => file.Path == twice)} times in one change; a name stands for one file. Give each a name of its own.");
        }

        Remove(connection, [.. files.Select(file => file.Path)]);
        using var chunk = connection.Prepare("INSERT INTO chunks (file, start_line, end_line, heading, text) VALUES ($0, $1, $2, $3, $4) RETURNING id", 0, 0, 0, "", "");
        using var words = connection.Prepare("INSERT INTO words (rowid, heading, text) VALUES ($0, $1, $2)", 0, "", "");
        using var vector = connection.Prepare("INSERT INTO vectors VALUES ($0, $1)", 0, Array.Empty<byte>());
        foreach (var file in files)
        {
            var id = connection.Number("INSERT INTO files (path, fingerprint) VALUES ($0, $1) RETURNING id", file.Path, file.Fingerprint);
            for (var i = 0; i < file.Chunks.Count; i++)
            {
                Insert(id, file.Chunks[i], file.Vectors[i], chunk, words, vector);
            }
        }
    }

    public static void Remove(SqliteConnection connection, IReadOnlyList<string> paths)
    {
        foreach (var path in paths)
        {
            foreach (var table in (ReadOnlySpan<string>)["words WHERE rowid", "vectors WHERE id"])
            {
                connection.Run($"DELETE FROM {table} IN (SELECT chunks.id FROM chunks JOIN files ON files.id = chunks.file WHERE path = $0)", path);
            }

            connection.Run("DELETE FROM chunks WHERE file = (SELECT id FROM files WHERE path = $0)", path);
            connection.Run("DELETE FROM files WHERE path = $0", path);
        }
    }

    private static void Insert(long file, Chunk content, ReadOnlyMemory<float> value, SqliteCommand chunk, SqliteCommand words, SqliteCommand vector)
    {
        chunk.Set(file, content.StartLine, content.EndLine, content.Heading, content.Text);
        var id = (long)chunk.ExecuteScalar()!;
        words.Set(id, SearchWords.ToIndex(content.Heading), SearchWords.ToIndex(content.Text));
        words.ExecuteNonQuery();
        if (!value.IsEmpty)
        {
            vector.Set(id, MemoryMarshal.AsBytes(value.Span).ToArray());
            vector.ExecuteNonQuery();
        }
    }
}
