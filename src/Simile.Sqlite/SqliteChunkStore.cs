using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Data.Sqlite;
using Simile.Ingestion;
using Simile.Search;
using Simile.Vectors;

namespace Simile.Sqlite;

/// <summary>A store in one SQLite file: write-ahead log, full-text search (FTS5, Porter's stemmer, words by <see cref="SearchWords"/>), vectors as 32-bit floats. Calls of several threads wait for one another; several processes may share the file.</summary>
public sealed class SqliteChunkStore : IChunkStore
{
    private static readonly TimeSpan Busy = TimeSpan.FromSeconds(10);
    private readonly Lock _lock = new();
    private readonly SqliteConnection _connection;
    private readonly SqliteErrors _errors;
    private readonly bool _writes;
    private readonly bool _isPrivate;
    private (long Others, long Own) _seen;
    private long _version;
    private bool _hasRemoved;
    private bool _isDisposed;

    private SqliteChunkStore(SqliteConnection connection, SqliteErrors errors, bool writes, bool isPrivate) =>
        (_connection, _errors, _writes, _isPrivate) = (connection, errors, writes, isPrivate);

    /// <summary>Opens a store.</summary>
    /// <param name="path">The file.</param>
    /// <param name="create">Whether it is written to, and made when it is missing or empty; else it is only read, and may lie on a read-only disk.</param>
    /// <param name="isPrivate">Whether only its owner may read the file, also when it was there already, and whether words of what is taken out are wiped from it at once.</param>
    /// <exception cref="SimileException"><see cref="ErrorCode.StoreNotFound"/>, <see cref="ErrorCode.BadStore"/>, <see cref="ErrorCode.StoreUnavailable"/>, <see cref="ErrorCode.StoreBusy"/>, <see cref="ErrorCode.InvalidOption"/>.</exception>
    public static SqliteChunkStore Open(string path, bool create, bool isPrivate = false)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (string.IsNullOrWhiteSpace(path))
        {
            throw new SimileException(ErrorCode.InvalidOption, $"The name of the index file is '{path}'. Name a file to keep the index in.");
        }

        // A full path is never one of SQLite's other names (:memory:, file:...).
        var errors = SqliteErrors.OfStore(Path.GetFullPath(path));
        if (!create && !Path.Exists(path))
        {
            throw new SimileException(ErrorCode.StoreNotFound, $"There is no index {path}. 'simile index FOLDER --store {path}' makes one.");
        }

        var connection = create ? StoreSchema.File.OpenToWrite(errors, Busy, isPrivate) : StoreSchema.File.OpenToRead(errors, Busy);
        return new SqliteChunkStore(connection, errors, create, isPrivate);
    }

    /// <summary>Opens an empty store that lives in memory, only as long as it is open.</summary>
    public static SqliteChunkStore OpenInMemory()
    {
        var errors = SqliteErrors.OfStore("the index in memory");
        return new SqliteChunkStore(StoreSchema.File.OpenInMemory(errors), errors, writes: true, isPrivate: false);
    }

    /// <summary>Removes a store with its log.</summary>
    /// <returns>False where somebody has it open.</returns>
    /// <exception cref="SimileException"><see cref="ErrorCode.StoreUnavailable"/>.</exception>
    public static bool TryDelete(string path)
    {
        var errors = SqliteErrors.OfStore(Path.GetFullPath(path));
        try
        {
            using var connection = StoreSchema.File.OpenToWrite(errors, TimeSpan.Zero, isPrivate: false);

            // Only who is alone with a file can take its log away.
            if (!errors.Run(() => LeaveLog(connection)))
            {
                return false;
            }
        }
        catch (SimileException error) when (error.Code == ErrorCode.BadStore)
        {
            // What is no index, or a damaged one, is in nobody's use.
        }
        catch (SimileException error) when (error.Code == ErrorCode.StoreBusy)
        {
            return false;
        }

        try
        {
            foreach (var end in (ReadOnlySpan<string>)["-wal", "-shm", "-journal", ""])
            {
                File.Delete(errors.Path + end);
            }

            return true;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw errors.ToError(new SqliteReason($"cannot be removed ({error.Message})"), error);
        }
    }

    /// <inheritdoc/>
    public long Version => Do(() =>
    {
        var seen = (_connection.Number("PRAGMA data_version"), _connection.Number("SELECT total_changes()"));
        _version += seen == _seen ? 0 : 1;
        _seen = seen;
        return _version;
    });

    /// <inheritdoc/>
    public string? Property(string name) => Do(() => Fact("property:" + name));

    /// <inheritdoc/>
    public void SetProperty(string name, string value) => Change(() => SetFact("property:" + name, value));

    /// <inheritdoc/>
    public void EnsureSpace(EmbeddingSpace space)
    {
        ArgumentNullException.ThrowIfNull(space);
        var stored = Do(() => Fact("space"));
        if (stored is null && _writes)
        {
            Change(() =>
            {
                SetFact("space", space.ToString());
                SetFact("dimensions", space.Dimensions.ToString(CultureInfo.InvariantCulture));
            });
        }
        else if (stored is not null && stored != space.ToString())
        {
            throw new SimileException(ErrorCode.IndexOfAnotherSpace, $"{_errors.Path} was made with {stored}, but the model in use is {space}. Use that model, or index into another file.");
        }
    }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, string> Files() => Do(() =>
    {
        var files = new Dictionary<string, string>(StringComparer.Ordinal);
        using var command = _connection.Prepare("SELECT path, fingerprint FROM files WHERE typeof(path) = 'text'");
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            // A file whose fingerprint is damaged counts as changed.
            files[reader.GetString(0)] = reader.GetValue(1) as string ?? string.Empty;
        }

        return files;
    });

    /// <inheritdoc/>
    public void Replace(IReadOnlyList<IndexedFile> files) => Change(() => FileWriter.Replace(_connection, files));

    /// <inheritdoc/>
    public void Remove(IReadOnlyList<string> paths) => Change(() =>
    {
        FileWriter.Remove(_connection, paths);
        _hasRemoved |= paths.Count > 0;
    });

    /// <inheritdoc/>
    public ChunkVectors ReadVectors() => Do(() =>
    {
        using var transaction = _connection.BeginTransaction(deferred: true);
        return VectorReader.Read(_connection, Dimensions());
    });

    /// <inheritdoc/>
    public IReadOnlyList<ScoredChunk> SearchWords(string query, int limit)
    {
        var terms = Search.SearchWords.Terms(query);
        if (terms.Count == 0)
        {
            return [];
        }

        var match = string.Join(" OR ", terms.Take(Search.SearchWords.MaxTerms).Select(term => $"\"{term}\""));
        return Do(() =>
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
    public StoredChunk? Read(long id) => Do(() =>
    {
        using var command = _connection.Prepare("SELECT path, text, start_line, end_line, heading FROM chunks JOIN files ON files.id = chunks.file WHERE chunks.id = $0", id);
        using var reader = command.ExecuteReader();
        if (!reader.Read())
        {
            return null;
        }

        return reader.GetValue(0) is string path && reader.GetValue(1) is string text && reader.GetValue(4) is string heading
            && reader.GetValue(2) is long start and >= 0 and <= int.MaxValue && reader.GetValue(3) is long end and <= int.MaxValue && end >= start
            ? new StoredChunk(id, path, new Chunk(text, (int)start, (int)end, heading))
            : throw _errors.ToError(new SqliteReason($"is damaged (the row of chunk {id})", IsDamage: true), new InvalidDataException());
    });

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_lock)
        {
            if (_isDisposed)
            {
                return;
            }

            _isDisposed = true;
            if (_writes)
            {
                Settle();
            }

            _connection.Dispose();
        }
    }

    // Without a log the file can be read where nothing can be written. Others who have it open keep the log; then the last of them brings it in.
    private void Settle()
    {
        try
        {
            if (_hasRemoved && _isPrivate)
            {
                _connection.Run("INSERT INTO words (words) VALUES ('optimize')");
            }

            LeaveLog(_connection);
        }
        catch (SqliteException)
        {
            // What was stored is stored; the next writer does the rest.
        }
    }

    private static bool LeaveLog(SqliteConnection connection)
    {
        connection.Run("PRAGMA busy_timeout=0");
        using var command = connection.Prepare("PRAGMA journal_mode=DELETE");
        command.CommandTimeout = 1;
        return command.ExecuteScalar() is "delete" or "memory";
    }

    private int Dimensions()
    {
        var fact = Fact("dimensions") ?? "0";
        return int.TryParse(fact, NumberStyles.None, CultureInfo.InvariantCulture, out var dimensions) && (Fact("space") ?? $"/{fact}").Contains($"/{fact}", StringComparison.Ordinal)
            ? dimensions
            : throw _errors.ToError(new SqliteReason($"is damaged (its vectors are said to have '{fact}' values, in the space '{Fact("space")}')", IsDamage: true), new InvalidDataException());
    }

    private string? Fact(string name)
    {
        using var command = _connection.Prepare("SELECT value FROM facts WHERE name = $0", name);
        return command.ExecuteScalar() as string;
    }

    private void SetFact(string name, string value) => _connection.Run("INSERT INTO facts VALUES ($0, $1) ON CONFLICT (name) DO UPDATE SET value = excluded.value", name, value);

    private void Change(Action work) => Do(() =>
    {
        using var transaction = _connection.BeginTransaction(deferred: false);
        work();
        transaction.Commit();
        return true;
    });

    private T Do<T>(Func<T> work)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            return _errors.Run(work);
        }
    }
}
