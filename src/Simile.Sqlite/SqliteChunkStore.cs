using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Data.Sqlite;
using Simile.Ingestion;
using Simile.Search;
using Simile.Vectors;

namespace Simile.Sqlite;

/// <summary>A store in one SQLite file: write-ahead log, full-text search (FTS5, Porter's stemmer), vectors as 32-bit floats. For one thread at a time; several processes may share the file.</summary>
public sealed class SqliteChunkStore : IChunkStore
{
    private readonly SqliteConnection _connection;
    private readonly string _path;

    private SqliteChunkStore(SqliteConnection connection, string path) => (_connection, _path) = (connection, path);

    /// <summary>Opens a store.</summary>
    /// <param name="path">The file.</param>
    /// <param name="create">Whether a missing file is made; else it is an error.</param>
    /// <exception cref="SimileException"><see cref="ErrorCode.StoreNotFound"/>, <see cref="ErrorCode.BadStore"/>, <see cref="ErrorCode.StoreBusy"/>.</exception>
    public static SqliteChunkStore Open(string path, bool create)
    {
        if (!create && !File.Exists(path))
        {
            throw new SimileException(ErrorCode.StoreNotFound, $"There is no index {path}. 'simile index FOLDER --store {path}' makes one.");
        }

        var settings = new SqliteConnectionStringBuilder { DataSource = path, Mode = create ? SqliteOpenMode.ReadWriteCreate : SqliteOpenMode.ReadWrite, DefaultTimeout = 10, Pooling = false };
        var connection = new SqliteConnection(settings.ToString());
        try
        {
            return StoreErrors.Translate(path, () =>
            {
                connection.Open();
                StoreSchema.Prepare(connection, path);
                return new SqliteChunkStore(connection, path);
            });
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void EnsureSpace(EmbeddingSpace space)
    {
        ArgumentNullException.ThrowIfNull(space);
        StoreErrors.Translate(_path, () => _connection.Run("INSERT OR IGNORE INTO facts VALUES ('space', $0), ('dimensions', $1)", space.ToString(), space.Dimensions.ToString(CultureInfo.InvariantCulture)));
        var stored = Fact("space");
        if (stored != space.ToString())
        {
            throw new SimileException(ErrorCode.IndexOfAnotherSpace, $"{_path} was made with {stored}, but the model in use is {space}. Use that model (--model), or index into another file.");
        }
    }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, string> Files() => StoreErrors.Translate(_path, () =>
    {
        var files = new Dictionary<string, string>(StringComparer.Ordinal);
        using var command = _connection.Prepare("SELECT path, fingerprint FROM files");
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            files[reader.GetString(0)] = reader.GetString(1);
        }

        return files;
    });

    /// <inheritdoc/>
    public void Replace(IReadOnlyList<IndexedFile> files) => Change(() => FileWriter.Replace(_connection, files));

    /// <inheritdoc/>
    public void Remove(IReadOnlyList<string> paths) => Change(() => FileWriter.Remove(_connection, paths));

    /// <inheritdoc/>
    public ChunkVectors ReadVectors() => StoreErrors.Translate(_path, () =>
    {
        var dimensions = int.Parse(Fact("dimensions") ?? "0", CultureInfo.InvariantCulture);
        var count = (int)_connection.Number("SELECT count(*) FROM vectors");
        var (ids, values) = (new List<long>(count), GC.AllocateUninitializedArray<float>(checked(count * dimensions)));
        using var command = _connection.Prepare("SELECT id, value FROM vectors ORDER BY id");
        using var reader = command.ExecuteReader();
        while (ids.Count < count && reader.Read())
        {
            var bytes = (byte[])reader[1];
            if (bytes.Length != dimensions * sizeof(float))
            {
                throw new SimileException(ErrorCode.BadStore, $"A vector in {_path} has {bytes.Length} bytes instead of {dimensions * sizeof(float)}. Delete the file and index again.");
            }

            bytes.CopyTo(MemoryMarshal.AsBytes(values.AsSpan(ids.Count * dimensions, dimensions)));
            ids.Add(reader.GetInt64(0));
        }

        // Another process may have taken chunks out between counting and reading.
        return new ChunkVectors([.. ids], ids.Count == count ? values : values[..(ids.Count * dimensions)], dimensions, ReadPictures());
    });

    /// <inheritdoc/>
    public IReadOnlyList<ScoredChunk> SearchWords(string query, int limit)
    {
        ArgumentNullException.ThrowIfNull(query);
        if (WordQuery.Of(query) is not { } match)
        {
            return [];
        }

        return StoreErrors.Translate(_path, () =>
        {
            using var command = _connection.Prepare("SELECT rowid, -rank FROM words WHERE words MATCH $0 ORDER BY rank LIMIT $1", match, limit);
            using var reader = command.ExecuteReader();
            var found = new List<ScoredChunk>();
            while (reader.Read())
            {
                found.Add(new ScoredChunk(reader.GetInt64(0), reader.GetDouble(1)));
            }

            return found;
        });
    }

    /// <inheritdoc/>
    public StoredChunk Read(long id) => StoreErrors.Translate(_path, () =>
    {
        using var command = _connection.Prepare("SELECT path, text, start_line, end_line, heading FROM chunks JOIN files ON files.id = chunks.file WHERE chunks.id = $0", id);
        using var reader = command.ExecuteReader();
        return reader.Read()
            ? new StoredChunk(id, reader.GetString(0), new Chunk(reader.GetString(1), reader.GetInt32(2), reader.GetInt32(3), reader.GetString(4)))
            : throw new SimileException(ErrorCode.BadStore, $"{_path} has no chunk {id} any more. It was changed since it was opened: search again.");
    });

    /// <inheritdoc/>
    public void Dispose() => _connection.Dispose();

    // Chunks of pictures have no lines.
    private HashSet<long> ReadPictures()
    {
        var pictures = new HashSet<long>();
        using var command = _connection.Prepare("SELECT id FROM chunks WHERE start_line = 0");
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            pictures.Add(reader.GetInt64(0));
        }

        return pictures;
    }

    private string? Fact(string name)
    {
        using var command = _connection.Prepare("SELECT value FROM facts WHERE name = $0", name);
        return (string?)command.ExecuteScalar();
    }

    private void Change(Action work) => StoreErrors.Translate(_path, () =>
    {
        using var transaction = _connection.BeginTransaction(deferred: false);
        work();
        transaction.Commit();
    });
}
