using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Data.Sqlite;
using Simile.Search;
using Simile.Vectors;

namespace Simile.Sqlite;

/// <summary>The vectors of a store in memory, as they were at one time. Immutable.</summary>
/// <param name="Version">The store's version, which was asked before.</param>
/// <param name="Index">The vectors; null where the store has no space yet.</param>
internal sealed record LoadedVectors(long Version, VectorIndex? Index)
{
    /// <summary>Chunks of the store, with and without a vector.</summary>
    public long Chunks { get; init; }

    /// <summary>The highest id that a vector was read of.</summary>
    public long LastId { get; init; } = long.MinValue;

    /// <summary>The number of the last chunk that was seen to be taken out.</summary>
    public long LastRemoved { get; init; }

    /// <summary>Chunks whose vectors are damaged.</summary>
    public IReadOnlySet<long> Damaged { get; init; } = new HashSet<long>();
}

/// <summary>Keeps the vectors of a store in memory, and brings them up to date when it has changed: only what came is read, unless too
/// much went. A damaged vector costs its chunk alone.</summary>
internal sealed class StoreVectors(StoreConnections connections, SqliteErrors errors, VectorIndexOptions options)
{
    private readonly SemaphoreSlim _loading = new(1);
    private volatile LoadedVectors _loaded = new(-1, null);
    private SimilarityMetric _metric = SimilarityMetric.Cosine;

    /// <summary>Takes the metric that the model says; files of older versions keep none.</summary>
    public void Use(SimilarityMetric metric)
    {
        if (_metric != metric)
        {
            (_metric, _loaded) = (metric, new LoadedVectors(-1, null));
        }
    }

    /// <summary>The vectors as they are now.</summary>
    public async ValueTask<LoadedVectors> CurrentAsync(CancellationToken cancellationToken)
    {
        if (_loaded.Version == await connections.VersionAsync(cancellationToken).ConfigureAwait(false))
        {
            return _loaded;
        }

        await _loading.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            // What changes while the vectors are read is read again next time.
            var version = await connections.VersionAsync(cancellationToken).ConfigureAwait(false);
            return _loaded.Version == version
                ? _loaded
                : _loaded = await connections
                    .ReadAsync(connection => Load(connection, version, cancellationToken), cancellationToken)
                    .ConfigureAwait(false);
        }
        finally
        {
            _loading.Release();
        }
    }

    /// <summary>What the vectors of the store are, as its facts say; null where it has no space yet.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.BadStore"/> when they contradict one another.</exception>
    public VectorKind? KindOf(SqliteConnection connection)
    {
        var (space, dimensions) = (connection.Fact("space"), connection.Fact("dimensions"));
        if (space is null && dimensions is null)
        {
            return null;
        }

        var metric = Enum.TryParse<SimilarityMetric>(connection.Fact("metric"), out var stored) ? stored : _metric;
        return
            int.TryParse(dimensions, NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            && count > 0
            && (space ?? $"/{count}").Contains($"/{count}", StringComparison.Ordinal)
            ? new VectorKind(count, metric, space?.EndsWith(')') != true)
            : throw errors.ToError(
                new SqliteReason(
                    $"is damaged (its vectors are said to have '{dimensions}' values, in the space '{space}')",
                    IsDamage: true
                ),
                new InvalidDataException()
            );
    }

    private LoadedVectors Load(SqliteConnection connection, long version, CancellationToken cancellationToken)
    {
        using var transaction = connection.BeginTransaction(deferred: true);
        var kind = KindOf(connection);
        var lastRemoved = connection.Number("SELECT ifnull(max(number), 0) FROM removed");
        var start = kind is null ? null : StartOf(connection, kind, lastRemoved);
        var now = (start ?? new LoadedVectors(version, kind is null ? null : VectorIndex.Empty(kind, options))) with
        {
            Version = version,
            LastRemoved = lastRemoved,
            Chunks = connection.Number("SELECT count(*) FROM chunks"),
        };
        return kind is null ? now : Read(connection, now, kind.Dimensions, cancellationToken);
    }

    // What is in memory, without what went; null where all must be read: another space, too much went, or the codes' scale was measured
    // on too little.
    private LoadedVectors? StartOf(SqliteConnection connection, VectorKind kind, long lastRemoved)
    {
        var from = _loaded.LastRemoved;
        if (
            _loaded.Index is not { } index
            || index.Coder.Kind != kind
            || index.Coder.MeasuredOn < Math.Min(index.Count / 2, VectorIndex.RowsASegment)
            || lastRemoved < from
            || (lastRemoved > from && connection.Number("SELECT min(number) FROM removed") > from + 1)
        )
        {
            return null;
        }

        var removed = connection.Longs("SELECT chunk FROM removed WHERE number > $0", from);
        return removed.Count == 0
            ? _loaded
            : _loaded with
            {
                Index = index.Without(removed),
                Damaged = _loaded.Damaged.Except(removed).ToHashSet(),
            };
    }

    // The lengths are checked before memory is taken.
    private static LoadedVectors Read(SqliteConnection connection, LoadedVectors now, int dimensions, CancellationToken cancellationToken)
    {
        using var command = connection.Prepare(
            "SELECT id, CASE WHEN typeof(value) = 'blob' AND length(value) = $0 THEN value END FROM vectors WHERE id > $1 ORDER BY id",
            dimensions * (long)sizeof(float),
            now.LastId
        );
        using var reader = command.ExecuteReader();
        var pictures = connection.Longs("SELECT id FROM chunks WHERE start_line = 0 AND id > $0", now.LastId).ToHashSet();
        var (builder, damaged, last) = (now.Index!.ToBuilder(), now.Damaged.ToHashSet(), now.LastId);
        while (reader.Read())
        {
            cancellationToken.ThrowIfCancellationRequested();
            last = reader.GetInt64(0);
            if (reader.GetValue(1) is byte[] bytes && MemoryMarshal.Cast<byte, float>(bytes) is var vector && Finite.Holds(vector))
            {
                builder.Add(last, vector, pictures.Contains(last));
            }
            else
            {
                damaged.Add(last);
            }
        }

        return now with
        {
            Index = builder.Build(),
            LastId = last,
            Damaged = damaged,
        };
    }
}
