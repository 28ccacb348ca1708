using System.Globalization;
using Microsoft.Data.Sqlite;
using Simile.Search;
using Simile.Vectors;

namespace Simile.Sqlite;

/// <summary>A store in one SQLite file: write-ahead log, full-text search (FTS5, Porter's stemmer, words by <see cref="SearchWords"/>),
/// vectors as 32-bit floats, which are held in memory to be searched.
/// Readers wait neither for one another nor for a writer; several processes may share the file.</summary>
public sealed class SqliteChunkStore : IChunkStore
{
    private const int PathsAtOnce = 500;

    // Chosen on Cranfield, CISI and a third set (docs/decisions/0005): words of a heading count twice, and two words of the query that
    // stand side by side count a tenth more, among this many chunks.
    private const string Rank = "bm25(2.0, 1.0)";
    private const double PhraseWeight = 0.1;
    private const int PhrasePool = 200;
    private const int NoLimit = -1;

    private readonly StoreConnections _connections;
    private readonly StoreVectors _vectors;
    private readonly FilterIds _filters;
    private readonly SqliteErrors _errors;
    private readonly bool _isPrivate;
    private volatile bool _hasRemoved;

    private SqliteChunkStore(
        SqliteErrors errors,
        SqliteConnection main,
        Func<SqliteConnection> open,
        SqliteChunkStoreOptions options,
        StoreUse use
    )
    {
        (_errors, _isPrivate) = (errors, options.IsPrivate);
        Action<SqliteConnection>? settle = use switch
        {
            StoreUse.Write => Settle,
            StoreUse.Read => _ => { },
            _ => null,
        };
        _connections = new StoreConnections(errors, main, open, options.MaxReaders, settle);
        _vectors = new StoreVectors(_connections, errors, options.Vectors);
        _filters = new FilterIds(_connections);
        IsReadOnly = use == StoreUse.Read;
    }

    private enum StoreUse
    {
        Write,
        Read,
        Memory,
    }

    /// <summary>The connections to the file.</summary>
    internal StoreConnections Connections => _connections;

    private bool IsReadOnly { get; }

    /// <summary>Opens a store.</summary>
    /// <param name="path">The file.</param>
    /// <param name="create">Whether it is written to, and made when it is missing or empty; else it is only read, and may lie on a
    /// read-only disk.</param>
    /// <param name="options">Options, or null for the defaults.</param>
    /// <exception cref="SimileException"><see cref="ErrorCode.StoreNotFound"/>, <see cref="ErrorCode.BadStore"/>,
    /// <see cref="ErrorCode.StoreUnavailable"/>, <see cref="ErrorCode.StoreBusy"/>, <see cref="ErrorCode.InvalidOption"/>.</exception>
    public static SqliteChunkStore Open(string path, bool create, SqliteChunkStoreOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (string.IsNullOrWhiteSpace(path))
        {
            throw new SimileException(
                ErrorCode.InvalidOption,
                $"The name of the index file is '{path}'. Name a file to keep the index in."
            );
        }

        // A full path is never one of SQLite's other names (:memory:, file:...).
        var (errors, settled) = (SqliteErrors.OfStore(Path.GetFullPath(path)), (options ?? new SqliteChunkStoreOptions()).Checked());
        if (!create && !Path.Exists(path))
        {
            throw new SimileException(ErrorCode.StoreNotFound, $"There is no index {path}. Index a folder into it first.");
        }

        var main = create
            ? StoreSchema.File.OpenToWrite(errors, settled.Busy, settled.IsPrivate)
            : StoreSchema.File.OpenToRead(errors, settled.Busy);
        return new SqliteChunkStore(
            errors,
            main,
            () => StoreSchema.File.OpenToRead(errors, settled.Busy),
            settled,
            create ? StoreUse.Write : StoreUse.Read
        );
    }

    /// <summary>Opens an empty store that lives in memory, only as long as it is open.</summary>
    /// <param name="options">Options, or null for the defaults.</param>
    public static SqliteChunkStore OpenInMemory(SqliteChunkStoreOptions? options = null)
    {
        var (errors, settled, name) = (
            SqliteErrors.OfStore("the index in memory"),
            (options ?? new SqliteChunkStoreOptions()).Checked(),
            $"simile-{Guid.NewGuid():N}"
        );
        return new SqliteChunkStore(
            errors,
            StoreSchema.File.OpenInMemory(errors, name),
            () => StoreSchema.File.OpenInMemory(errors, name),
            settled,
            StoreUse.Memory
        );
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
    public async ValueTask<StoreSummary> SummarizeAsync(CancellationToken cancellationToken = default)
    {
        var now = await _vectors.CurrentAsync(cancellationToken).ConfigureAwait(false);
        return new StoreSummary(now.Version, now.Chunks, now.Index?.Count ?? 0, now.Index?.Coder.Kind.Dimensions ?? 0)
        {
            Damaged = now.Damaged.Count,
        };
    }

    /// <inheritdoc/>
    public ValueTask<string?> GetPropertyAsync(string name, CancellationToken cancellationToken = default) =>
        _connections.ReadAsync(connection => connection.Fact("property:" + name), cancellationToken);

    /// <inheritdoc/>
    public async ValueTask SetPropertyAsync(string name, string value, CancellationToken cancellationToken = default) =>
        await _connections.WriteAsync(connection => connection.SetFact("property:" + name, value), cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public async ValueTask EnsureSpaceAsync(EmbeddingSpace space, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(space);
        var stored = await _connections.ReadAsync(connection => connection.Fact("space"), cancellationToken).ConfigureAwait(false);
        if (stored is null && !IsReadOnly)
        {
            stored = await _connections.WriteAsync(connection => Settle(connection, space), cancellationToken).ConfigureAwait(false);
        }

        if (stored is not null && stored != space.ToString())
        {
            throw new SimileException(
                ErrorCode.IndexOfAnotherSpace,
                $"{_errors.Path} was made with {stored}, but the model in use is {space}. Use that model, or index into another file."
            );
        }

        _vectors.Use(space.Metric);
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyDictionary<string, string>> ListFilesAsync(
        IReadOnlyCollection<string>? paths = null,
        CancellationToken cancellationToken = default
    ) =>
        _connections.ReadAsync(
            connection =>
            {
                var files = new Dictionary<string, string>(StringComparer.Ordinal);
                foreach (var some in paths is null ? (string[]?[])[null] : [.. paths.Chunk(PathsAtOnce)])
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    List(connection, some, files);
                }

                return (IReadOnlyDictionary<string, string>)files;
            },
            cancellationToken
        );

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<IndexedFile>> ReadFilesAsync(
        IReadOnlyCollection<string> paths,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(paths);
        return _connections.ReadAsync(
            connection =>
            {
                using var transaction = connection.BeginTransaction(deferred: true);
                var reader = new ChunkReader(connection, _errors);
                return (IReadOnlyList<IndexedFile>)[.. paths.Select(reader.ReadFile).OfType<IndexedFile>()];
            },
            cancellationToken
        );
    }

    /// <inheritdoc/>
    public async ValueTask ReplaceAsync(IReadOnlyList<IndexedFile> files, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(files);
        _hasRemoved |=
            await _connections
                .WriteAsync(
                    connection =>
                    {
                        IndexedFile.Require(files, _vectors.KindOf(connection)?.Dimensions ?? 0);
                        using var writer = new FileWriter(connection);
                        return writer.Replace(files, cancellationToken);
                    },
                    cancellationToken
                )
                .ConfigureAwait(false) > 0;
    }

    /// <inheritdoc/>
    public async ValueTask<int> RemoveAsync(IReadOnlyCollection<string> paths, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(paths);
        var removed = await _connections
            .WriteAsync(
                connection =>
                {
                    using var writer = new FileWriter(connection);
                    return writer.Remove(paths, cancellationToken);
                },
                cancellationToken
            )
            .ConfigureAwait(false);
        _hasRemoved |= removed > 0;
        return removed;
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<ScoredChunk>> SearchVectorsAsync(
        ReadOnlyMemory<float> query,
        int k,
        ChunkFilter? filter = null,
        CancellationToken cancellationToken = default
    )
    {
        RequireWanted(k);
        var now = await _vectors.CurrentAsync(cancellationToken).ConfigureAwait(false);
        if (now.Index is not { } index)
        {
            return [];
        }

        TopK.RequireFinite(query.Span, index.Coder.Kind.Dimensions);
        var allowed = filter is null ? null : await _filters.OfAsync(filter, now.Version, cancellationToken).ConfigureAwait(false);
        if (index.Coder.IsExact)
        {
            return await Task.Run(() => index.Search(query, k, allowed, cancellationToken), cancellationToken).ConfigureAwait(false);
        }

        var wanted = (int)Math.Min((long)k * index.Coder.Options.Candidates, int.MaxValue);
        return await _connections
            .ReadAsync(
                connection => ScoredAgain(connection, index.Search(query, wanted, allowed, cancellationToken), query, k, index.Coder.Kind),
                cancellationToken
            )
            .ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<ScoredChunk>> SearchWordsAsync(
        string query,
        int k,
        ChunkFilter? filter = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(query);
        RequireWanted(k);
        return await _connections.ReadAsync(connection => Words(connection, query, k, filter), cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<StoredChunk?>> ReadAsync(IReadOnlyList<long> ids, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(ids);
        return _connections.ReadAsync(
            connection =>
            {
                using var transaction = connection.BeginTransaction(deferred: true);
                return new ChunkReader(connection, _errors).Read(ids);
            },
            cancellationToken
        );
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _connections.DisposeAsync();

    /// <summary>As <see cref="DisposeAsync"/>, for callers that dispose synchronously: blocks until the calls that run have
    /// ended.</summary>
    public void Dispose() => _connections.DisposeAsync().AsTask().GetAwaiter().GetResult();

    // Without a log the file can be read where nothing can be written. Others who have it open keep the log; then the last of them brings
    // it in.
    private void Settle(SqliteConnection connection)
    {
        try
        {
            if (_hasRemoved && _isPrivate)
            {
                connection.Run("INSERT INTO words (words) VALUES ('optimize')");
            }

            LeaveLog(connection);
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

    private static void List(SqliteConnection connection, string[]? paths, Dictionary<string, string> files)
    {
        var some = paths is null ? string.Empty : $" AND path IN ({string.Join(", ", paths.Select((_, i) => $"${i}"))})";
        using var command = connection.Prepare($"SELECT path, fingerprint FROM files WHERE typeof(path) = 'text'{some}", [.. paths ?? []]);
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            // A file whose fingerprint is damaged counts as changed.
            files[reader.GetString(0)] = reader.GetValue(1) as string ?? string.Empty;
        }
    }

    private static IReadOnlyList<ScoredChunk> Words(SqliteConnection connection, string query, int k, ChunkFilter? filter)
    {
        var terms = SearchWords.Terms(query);
        if (terms.Count == 0)
        {
            return [];
        }

        var phrases = SearchWords.Phrases(query);
        var found = Words(connection, terms.Take(SearchWords.MaxTerms), phrases.Count > 0 ? Math.Max(k, PhrasePool) : k, filter);
        if (found.Count < 2 || phrases.Count == 0)
        {
            return found;
        }

        var whole = Words(connection, phrases.Take(SearchWords.MaxTerms), NoLimit, filter: null)
            .ToDictionary(chunk => chunk.Id, chunk => chunk.Score);
        return
        [
            .. found
                .Select(chunk => chunk with { Score = chunk.Score + (PhraseWeight * whole.GetValueOrDefault(chunk.Id)) })
                .OrderByDescending(chunk => chunk.Score)
                .ThenBy(chunk => chunk.Id)
                .Take(k),
        ];
    }

    private static List<ScoredChunk> Words(SqliteConnection connection, IEnumerable<string> terms, int k, ChunkFilter? filter)
    {
        // The plus keeps SQLite from asking for the words once for each id that passes.
        var values = new List<object> { string.Join(" OR ", terms.Select(term => $"\"{term}\"")), k };
        var passes = filter is null ? string.Empty : $"AND +rowid IN {FilterSql.Of(filter, values)} ";
        using var command = connection.Prepare(
            $"SELECT rowid, -rank FROM words WHERE words MATCH $0 AND rank MATCH '{Rank}' {passes}ORDER BY rank LIMIT $1",
            [.. values]
        );
        using var reader = command.ExecuteReader();
        var found = new List<ScoredChunk>();
        while (reader.Read())
        {
            found.Add(new ScoredChunk(reader.GetInt64(0), reader.GetDouble(1)));
        }

        return found;
    }

    // What codes chose is ranked by the stored floats.
    private ScoredChunk[] ScoredAgain(
        SqliteConnection connection,
        ScoredChunk[] candidates,
        ReadOnlyMemory<float> query,
        int k,
        VectorKind kind
    )
    {
        var vectors = new ChunkReader(connection, _errors)
            .Vectors(candidates.Select(chunk => chunk.Id), kind.Dimensions)
            .ToDictionary(row => row.Id, row => row.Vector);
        return
        [
            .. candidates
                .Where(chunk => vectors.ContainsKey(chunk.Id))
                .Select(chunk => chunk with { Score = kind.Score(query.Span, vectors[chunk.Id]) })
                .OrderByDescending(chunk => chunk.Score)
                .ThenBy(chunk => chunk.Id)
                .Take(k),
        ];
    }

    private static void RequireWanted(int k)
    {
        if (k < 1)
        {
            throw new SimileException(ErrorCode.InvalidOption, $"{k} chunks were asked for, but at least 1 is needed.");
        }
    }

    // Another process may have been faster.
    private static string Settle(SqliteConnection connection, EmbeddingSpace space)
    {
        if (connection.Fact("space") is { } stored)
        {
            return stored;
        }

        connection.SetFact("space", space.ToString());
        connection.SetFact("dimensions", space.Dimensions.ToString(CultureInfo.InvariantCulture));
        connection.SetFact("metric", space.Metric.ToString());
        return space.ToString();
    }
}
