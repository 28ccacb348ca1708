namespace Simile.Registry;

/// <summary>Options of <see cref="EmbedderRegistry"/>.</summary>
public sealed record RegistryOptions
{
    /// <summary>Bytes that loaded embedders may take together. What is in use or pinned is never unloaded, even where that exceeds the
    /// budget. Default: no limit.</summary>
    public long MemoryBudget { get; init; } = long.MaxValue;

    /// <summary>Loads a model by its id, for <see cref="EmbedderRegistry.RegisterModel"/>. Default: null, no ids are known.</summary>
    public Func<string, CancellationToken, Task<OpenedEmbedder>>? OpenModel { get; init; }

    internal RegistryOptions Checked() =>
        MemoryBudget >= 0
            ? this
            : throw new SimileException(
                ErrorCode.InvalidOption,
                $"MemoryBudget is {MemoryBudget} bytes, but at least 0 is needed. Leave it out for no limit."
            );
}
