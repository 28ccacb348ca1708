using System.Runtime.InteropServices;
using Microsoft.Data.Sqlite;
using Simile.Search;

namespace Simile.Sqlite;

/// <summary>Reads the vectors of a store, inside the caller's transaction. A damaged one costs its chunk alone.</summary>
internal static class VectorReader
{
    // The lengths are checked before memory is taken.
    private const string Sound = "FROM vectors WHERE typeof(value) = 'blob' AND length(value) = $0";

    public static ChunkVectors Read(SqliteConnection connection, int dimensions)
    {
        var bytes = dimensions * (long)sizeof(float);
        var count = checked((int)connection.Number("SELECT count(*) " + Sound, bytes));
        var (ids, values) = (new List<long>(count), GC.AllocateUninitializedArray<float>(checked(count * dimensions)));
        using var command = connection.Prepare($"SELECT id, value {Sound} ORDER BY id", bytes);
        using var reader = command.ExecuteReader();
        while (ids.Count < count && reader.Read())
        {
            var row = values.AsSpan(ids.Count * dimensions, dimensions);
            ((byte[])reader[1]).CopyTo(MemoryMarshal.AsBytes(row));
            if (IsFinite(row))
            {
                ids.Add(reader.GetInt64(0));
            }
        }

        return new ChunkVectors([.. ids], ids.Count == count ? values : values[..(ids.Count * dimensions)], dimensions, ReadPictures(connection))
        {
            Damaged = (int)connection.Number("SELECT count(*) FROM vectors") - ids.Count,
            Chunks = (int)connection.Number("SELECT count(*) FROM chunks"),
        };
    }

    private static bool IsFinite(ReadOnlySpan<float> row)
    {
        foreach (var value in row)
        {
            if (!float.IsFinite(value))
            {
                return false;
            }
        }

        return true;
    }

    // Chunks of pictures have no lines.
    private static HashSet<long> ReadPictures(SqliteConnection connection)
    {
        var pictures = new HashSet<long>();
        using var command = connection.Prepare("SELECT id FROM chunks WHERE start_line = 0");
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            pictures.Add(reader.GetInt64(0));
        }

        return pictures;
    }
}
