using System.Globalization;
using Simile.Ingestion;
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

/// <summary>A filter as a query for chunks' ids. Values always go in as parameters.</summary>
internal static class FilterSql
{
    // SQLite takes 500 queries in one compound.
    private const int PartsAtOnce = 100;

    /// <summary>The query, in parentheses.</summary>
    /// <param name="filter">The filter.</param>
    /// <param name="values">Gets the parameters; $0 stands for the first of the list.</param>
    public static string Of(ChunkFilter filter, List<object> values) =>
        filter.Kind switch
        {
            ChunkFilterKind.OneOf => Compare(
                filter,
                values,
                $"value IN ({string.Join(", ", filter.Values.Select(value => Add(StoredOf(value), values)))})"
            ),
            ChunkFilterKind.Between => Compare(filter, values, WithinOf(filter, values)),
            ChunkFilterKind.All => All(filter.Parts, values),
            ChunkFilterKind.Any => Join([.. filter.Parts.Select(part => Of(part, values))], "UNION"),
            _ => All([filter], values),
        };

    /// <summary>A value as it lies in the table: truths are bytes, so that they are no numbers.</summary>
    public static object StoredOf(MetadataValue value) => value.Value is bool truth ? new[] { truth ? (byte)1 : (byte)0 } : value.Value!;

    /// <summary>A value that lay in the table; null where it is none that was put there.</summary>
    public static MetadataValue? ValueOf(object stored) =>
        stored switch
        {
            string text => text,
            long number => number,
            double number => number,
            byte[] { Length: 1 } truth when truth[0] <= 1 => truth[0] == 1,
            _ => null,
        };

    private static string Compare(ChunkFilter filter, List<object> values, string condition) =>
        $"(SELECT chunk FROM metadata WHERE name = {Add(filter.Name, values)} AND {condition})";

    private static string WithinOf(ChunkFilter filter, List<object> values)
    {
        var condition = "typeof(value) IN ('integer', 'real')";
        condition += filter.Least is { } least ? $" AND value >= {Add(least, values)}" : string.Empty;
        return condition + (filter.Greatest is { } greatest ? $" AND value <= {Add(greatest, values)}" : string.Empty);
    }

    // What is not wanted is taken from what is; only where all is wanted, all chunks are looked at.
    private static string All(IReadOnlyList<ChunkFilter> parts, List<object> values)
    {
        var wanted = parts.Where(part => part.Kind != ChunkFilterKind.Not).Select(part => Of(part, values)).ToList();
        var unwanted = parts.Where(part => part.Kind == ChunkFilterKind.Not).Select(part => Of(part.Parts[0], values)).ToList();
        var query = wanted.Count == 0 ? "(SELECT id FROM chunks)" : Join(wanted, "INTERSECT");
        return unwanted.Count == 0 ? query : $"(SELECT * FROM {query} EXCEPT SELECT * FROM {Join(unwanted, "UNION")})";
    }

    private static string Join(IReadOnlyList<string> queries, string by) =>
        queries.Count == 1 ? queries[0]
        : queries.Count <= PartsAtOnce ? $"({string.Join($" {by} ", queries.Select(query => "SELECT * FROM " + query))})"
        : Join([.. queries.Chunk(PartsAtOnce).Select(some => Join(some, by))], by);

    private static string Add(object value, List<object> values)
    {
        values.Add(value);
        return "$" + (values.Count - 1).ToString(CultureInfo.InvariantCulture);
    }
}
