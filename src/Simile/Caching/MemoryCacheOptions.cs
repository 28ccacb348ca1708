namespace Simile.Caching;

/// <summary>Options of a <see cref="MemoryCache"/>.</summary>
public sealed record MemoryCacheOptions
{
    /// <summary>The most bytes that entries take, with what the runtime needs to keep them. Default: 256 MB.</summary>
    public long MaxBytes { get; init; } = 256_000_000;

    /// <summary>How values are kept. Default: <see cref="CachePrecision.Float32"/>.</summary>
    public CachePrecision Precision { get; init; }

    /// <summary>The same options, once they are sound.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.InvalidOption"/>.</exception>
    public MemoryCacheOptions Checked() =>
        MaxBytes >= 1024 && Enum.IsDefined(Precision)
            ? this
            : throw new SimileException(
                ErrorCode.InvalidOption,
                $"A memory cache of {MaxBytes} bytes with the precision {Precision} was asked for; expected are at least 1,024 bytes "
                    + "and Float32 or Float16."
            );
}
