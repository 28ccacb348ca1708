using System.Runtime.InteropServices;
using Microsoft.Data.Sqlite;
using Simile.Ingestion;
using Simile.Search;
using Simile.Vectors;

namespace Simile.Sqlite;

/// <summary>Reads chunks and documents out of the tables, inside the caller's transaction.</summary>
internal sealed class ChunkReader(SqliteConnection connection, SqliteErrors errors)
{
    // A file of an older version is read as it is.
    private readonly string _columns =
        "chunks.id, path, text, start_line, end_line, heading, vectors.value, "
        + (StoreSchema.HasPlaces(connection) ? "place" : "''")
        + " FROM chunks JOIN files ON files.id = chunks.file LEFT JOIN vectors ON vectors.id = chunks.id";

    /// <summary>Chunks by their ids, in that order; null for one that is not there.</summary>
    public IReadOnlyList<StoredChunk?> Read(IReadOnlyList<long> ids)
    {
        var wanted = $"[{string.Join(',', ids)}]";
        var metadata = MetadataOf("chunk IN (SELECT value FROM json_each($0))", wanted);
        using var command = connection.Prepare($"SELECT {_columns} WHERE chunks.id IN (SELECT value FROM json_each($0))", wanted);
        var found = ReadAll(command, metadata).ToDictionary(chunk => chunk.Id);
        return [.. ids.Select(id => found.GetValueOrDefault(id))];
    }

    /// <summary>A document with all that belongs to it; null where it is not there.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.BadStore"/>.</exception>
    public IndexedFile? ReadFile(string path)
    {
        using var file = connection.Prepare("SELECT id, fingerprint FROM files WHERE path = $0", path);
        using var reader = file.ExecuteReader();
        if (!reader.Read())
        {
            return null;
        }

        var id = reader.GetInt64(0);
        var metadata = MetadataOf("chunk IN (SELECT id FROM chunks WHERE file = $0)", id);
        using var command = connection.Prepare($"SELECT {_columns} WHERE chunks.file = $0 ORDER BY chunks.id", id);
        var chunks = ReadAll(command, metadata).ToList();
        return chunks.Find(chunk => chunk.Damage is not null)?.Damage is { } damage
            ? throw damage
            : new IndexedFile(
                path,
                reader.GetValue(1) as string ?? string.Empty,
                [.. chunks.Select(chunk => chunk.Chunk)],
                [.. chunks.Select(chunk => chunk.Vector)]
            );
    }

    /// <summary>The sound vectors of some chunks.</summary>
    public IEnumerable<(long Id, float[] Vector)> Vectors(IEnumerable<long> ids, int dimensions)
    {
        using var command = connection.Prepare(
            "SELECT id, value FROM vectors WHERE id IN (SELECT value FROM json_each($0))",
            $"[{string.Join(',', ids)}]"
        );
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            if (VectorOf(reader.GetValue(1)) is { } vector && vector.Length == dimensions)
            {
                yield return (reader.GetInt64(0), vector);
            }
        }
    }

    private IEnumerable<StoredChunk> ReadAll(SqliteCommand command, Dictionary<long, Dictionary<string, MetadataValue>> metadata)
    {
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            var id = reader.GetInt64(0);
            yield return ChunkOf(reader, metadata.GetValueOrDefault(id)) is { } chunk
                ? new StoredChunk(id, reader.GetString(1), chunk) { Vector = VectorOf(reader.GetValue(6)) }
                : new StoredChunk(id, reader.GetValue(1) as string ?? string.Empty, new Chunk(string.Empty, 0, 0, string.Empty))
                {
                    Damage = errors.ToError(
                        new SqliteReason($"is damaged (the row of chunk {id})", IsDamage: true),
                        new InvalidDataException()
                    ),
                };
        }
    }

    private static Chunk? ChunkOf(SqliteDataReader reader, Dictionary<string, MetadataValue>? metadata) =>
        reader.GetValue(1) is string
        && reader.GetValue(2) is string text
        && reader.GetValue(5) is string heading
        && metadata?.ContainsValue(default) != true
        && reader.GetValue(3) is long start and >= 0 and <= int.MaxValue
        && reader.GetValue(4) is long end and <= int.MaxValue
        && end >= start
        && reader.GetValue(7) is string place
            ? new Chunk(text, (int)start, (int)end, heading) { Metadata = metadata ?? ChunkMetadata.None, Place = place }
            : null;

    // A value that nobody can have put there is none, which damages its chunk.
    private Dictionary<long, Dictionary<string, MetadataValue>> MetadataOf(string which, object value)
    {
        var found = new Dictionary<long, Dictionary<string, MetadataValue>>();
        using var command = connection.Prepare("SELECT chunk, name, value FROM metadata WHERE " + which, value);
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            var chunk = reader.GetInt64(0);
            var values = found.TryGetValue(chunk, out var known)
                ? known
                : found[chunk] = new Dictionary<string, MetadataValue>(StringComparer.Ordinal);
            values[reader.GetValue(1) as string ?? string.Empty] = FilterSql.ValueOf(reader.GetValue(2)) ?? default;
        }

        return found;
    }

    private static float[]? VectorOf(object value) =>
        value is byte[] { Length: > 0 } bytes
        && bytes.Length % sizeof(float) == 0
        && MemoryMarshal.Cast<byte, float>(bytes) is var vector
        && Finite.Holds(vector)
            ? vector.ToArray()
            : null;
}
