using Simile.Search;

namespace Simile.Sqlite;

/// <summary>Options of <see cref="SqliteChunkStore"/>.</summary>
public sealed record SqliteChunkStoreOptions
{
    /// <summary>Whether only its owner may read the file, also when it was there already, and whether words of what is taken out are
    /// wiped from it at once. Default: false.</summary>
    public bool IsPrivate { get; init; }

    /// <summary>How vectors are held in memory and searched. Default: as floats, exactly, by one thread a search.</summary>
    public VectorIndexOptions Vectors { get; init; } = new();

    /// <summary>Calls that read the file at once, each over a connection of its own; further ones wait. Default: as many as there are
    /// cores, at least 2.</summary>
    public int MaxReaders { get; init; } = Math.Max(2, Environment.ProcessorCount);

    /// <summary>How long a call waits for another process that writes. Default: 10 seconds.</summary>
    public TimeSpan Busy { get; init; } = TimeSpan.FromSeconds(10);

    internal SqliteChunkStoreOptions Checked() =>
        MaxReaders >= 1 && Busy >= TimeSpan.Zero
            ? this with
            {
                Vectors = Vectors.Checked(),
            }
            : throw new SimileException(
                ErrorCode.InvalidOption,
                $"A store is to be read by {MaxReaders} calls at once that wait {Busy} for writers; at least one call, and no "
                    + "negative wait, is expected."
            );
}
