using Microsoft.Data.Sqlite;
using Simile.Caching;

namespace Simile.Sqlite;

/// <summary>A cache in one SQLite file: write-ahead log, bounded, shared by several processes and by all threads of each. A process that is
/// killed leaves a sound file behind. A new file is its owner's alone.</summary>
/// <remarks>Which entries go is decided by the clock algorithm, which approximates least recently used. Calls block while they read or
/// write; a lookup does not wait for writers, but for one that finds a damaged row. A row whose bytes are damaged is a miss; it is taken
/// out, and put in anew with the vector that is embedded for it. Calls after <see cref="Dispose"/> fail as those to a file that is gone do,
/// so that embedders go on without it.</remarks>
public sealed class SqliteCache : IEmbeddingCache
{
    private const int MaxMarks = 256;
    private const int PartsOfBound = 32;
    private const int LargestStep = 1 << 20;
    private const int MaxOfStep = 1024;
    private readonly SqliteErrors _errors;
    private readonly SqliteCacheOptions _options;
    private readonly CacheReader _reader;
    private readonly CacheWriter _writer;
    private readonly Lock _lock = new();
    private readonly HashSet<long> _used = [];
    private Task _marking = Task.CompletedTask;
    private long _hits;
    private long _misses;
    private long _repairs;

    private SqliteCache(SqliteErrors errors, SqliteCacheOptions options)
    {
        (_errors, _options) = (errors, options);
        _writer = new CacheWriter(CacheSchema.Open(errors, options.Busy), errors, options.MaxBytes);
        _reader = new CacheReader(CacheSchema.Open(errors, options.Busy), errors);
    }

    /// <summary>Opens a cache; a missing file is made.</summary>
    /// <param name="path">The file.</param>
    /// <param name="options">Options, or null for the defaults.</param>
    /// <exception cref="SimileException"><see cref="ErrorCode.CacheUnavailable"/>, <see cref="ErrorCode.InvalidOption"/>.</exception>
    public static SqliteCache Open(string path, SqliteCacheOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var settled = (options ?? new SqliteCacheOptions()).Checked();
        var errors = SqliteErrors.OfCache(Path.GetFullPath(path));
        return errors.Run(() => new SqliteCache(errors, settled));
    }

    /// <inheritdoc/>
    /// <remarks>Entries and bytes are those of the file, whoever put them in; the rest is what this object did.</remarks>
    public IReadOnlyList<CacheTier> Tiers =>
        _errors.Run(() =>
        {
            var pages = _reader.Number("PRAGMA page_count") - _reader.Number("PRAGMA freelist_count");
            return (IReadOnlyList<CacheTier>)
                [
                    new CacheTier(
                        "sqlite",
                        Volatile.Read(ref _hits),
                        Volatile.Read(ref _misses),
                        _writer.Evictions,
                        Volatile.Read(ref _repairs),
                        _reader.Number("SELECT value FROM facts WHERE name = 'entries'"),
                        pages * CacheSchema.PageBytes
                    ),
                ];
        });

    /// <inheritdoc/>
    public ValueTask GetAsync(ReadOnlyMemory<CacheKey> keys, Memory<CachedEmbedding?> found, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var findings = _errors.Run(() => _reader.Find(keys.Span, found.Span));
        Interlocked.Add(ref _hits, findings.Hits);
        Interlocked.Add(ref _misses, findings.Misses);
        Interlocked.Add(ref _repairs, findings.Damaged.Count);
        if (findings.Damaged.Count > 0)
        {
            Attempt(() => _writer.Remove(findings.Damaged));
        }

        if (Note(findings.NewlyUsed) >= MaxMarks)
        {
            MarkMeanwhile();
        }

        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask SetAsync(IReadOnlyList<CacheEntry> entries, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(entries);
        var (step, bytes) = (new List<(CacheKey, byte[])>(), 0L);
        var largest = Math.Min(LargestStep, _options.MaxBytes / PartsOfBound);
        foreach (var entry in entries)
        {
            var value = EmbeddingCodec.Encode(entry, _options.Precision);
            if (value.Length > _options.MaxBytes / 4)
            {
                continue;
            }

            step.Add((entry.Key, value));
            bytes += value.Length;
            if (bytes >= largest || step.Count == MaxOfStep)
            {
                Write(step, cancellationToken);
                (step, bytes) = ([], 0);
            }
        }

        Write(step, cancellationToken);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Task marking;
        lock (_lock)
        {
            marking = _marking;
        }

        marking.GetAwaiter().GetResult();
        if (TakeUsed() is { Length: > 0 } used)
        {
            Attempt(() => _writer.Put(used, []));
        }

        _reader.Dispose();
        _writer.Dispose();
    }

    private void Write(List<(CacheKey Key, byte[] Value)> entries, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (entries.Count > 0)
        {
            _errors.Run(() => _writer.Put(TakeUsed(), entries));
        }
    }

    // What a lookup leaves to be written is worth no error: marks are hints, and a damaged row stays a miss.
    private void Attempt(Action work)
    {
        try
        {
            work();
        }
        catch (Exception error) when (error is SqliteException or SimileException)
        {
            // The next step that must succeed says what is wrong.
        }
    }

    // A lookup must not wait for another process that writes.
    private void MarkMeanwhile()
    {
        lock (_lock)
        {
            if (_marking.IsCompleted)
            {
                _marking = Task.Run(() => Attempt(() => _writer.Put(TakeUsed(), [])));
            }
        }
    }

    private int Note(List<long> used)
    {
        lock (_lock)
        {
            _used.UnionWith(used);
            return _used.Count;
        }
    }

    private long[] TakeUsed()
    {
        lock (_lock)
        {
            long[] taken = [.. _used];
            _used.Clear();
            return taken;
        }
    }
}
