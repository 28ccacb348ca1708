using Simile.Search;

namespace Simile.Sqlite;

/// <summary>The chunks that filters take, kept while the store does not change: most searches of a program ask for the same few.</summary>
internal sealed class FilterIds(StoreConnections connections)
{
    private const int MaxFilters = 16;
    private const int MaxIds = 4_000_000;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, long[]> _known = new(StringComparer.Ordinal);
    private long _version = -1;
    private int _kept;

    /// <summary>The ids of a filter's chunks, rising.</summary>
    /// <param name="filter">The filter.</param>
    /// <param name="version">The store's version, which was asked before.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    public async ValueTask<long[]> OfAsync(ChunkFilter filter, long version, CancellationToken cancellationToken)
    {
        var values = new List<object>();
        var sql = $"SELECT * FROM {FilterSql.Of(filter, values)} ORDER BY 1";
        var key = KeyOf(sql, values);
        if (Find(key, version) is { } known)
        {
            return known;
        }

        var ids = await connections
            .ReadAsync(connection => connection.Longs(sql, [.. values]).ToArray(), cancellationToken)
            .ConfigureAwait(false);
        Keep(key, version, ids);
        return ids;
    }

    private long[]? Find(string key, long version)
    {
        lock (_gate)
        {
            return _version == version ? _known.GetValueOrDefault(key) : null;
        }
    }

    private void Keep(string key, long version, long[] ids)
    {
        lock (_gate)
        {
            if (version < _version || ids.Length > MaxIds)
            {
                return;
            }

            if (version > _version || _known.Count == MaxFilters || _kept + ids.Length > MaxIds)
            {
                _known.Clear();
                (_version, _kept) = (version, 0);
            }

            _kept += _known.TryAdd(key, ids) ? ids.Length : 0;
        }
    }

    // The query's shape, and each value with its kind and its length, so that no two lists run together.
    private static string KeyOf(string sql, List<object> values) =>
        string.Concat(
            values
                .Select(value =>
                    value switch
                    {
                        byte[] truth => $"b{truth[0]};",
                        string text => $"s{text.Length}:{text};",
                        _ => FormattableString.Invariant($"{value.GetType().Name}{value};"),
                    }
                )
                .Prepend(sql)
        );
}
