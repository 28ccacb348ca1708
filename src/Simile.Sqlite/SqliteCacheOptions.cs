using Simile.Caching;

namespace Simile.Sqlite;

/// <summary>Options of a <see cref="SqliteCache"/>.</summary>
public sealed record SqliteCacheOptions
{
    /// <summary>The most bytes of the file that are in use. Default: 1 GB. The write-ahead log beside it takes a few megabytes
    /// more.</summary>
    public long MaxBytes { get; init; } = 1_000_000_000;

    /// <summary>How values are kept. Default: <see cref="CachePrecision.Float32"/>. A file may hold both.</summary>
    public CachePrecision Precision { get; init; }

    /// <summary>How long another process may write before the cache is gone without. Default: two seconds.</summary>
    public TimeSpan Busy { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>The same options, once they are sound.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.InvalidOption"/>.</exception>
    public SqliteCacheOptions Checked()
    {
        Require(
            MaxBytes >= 16 * CacheSchema.PageBytes,
            $"{nameof(MaxBytes)} is {MaxBytes}; expected are at least {16 * CacheSchema.PageBytes}."
        );
        Require(Enum.IsDefined(Precision), $"The precision {Precision} was asked for; expected is Float32 or Float16.");
        Require(Busy >= TimeSpan.Zero, $"{nameof(Busy)} is {Busy}; expected is a time that is not negative.");
        return this;
    }

    private static void Require(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new SimileException(ErrorCode.InvalidOption, otherwise);
        }
    }
}
