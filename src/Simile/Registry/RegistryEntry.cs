namespace Simile.Registry;

/// <summary>What a name stands for, and what is loaded of it. Guarded by the registry's lock.</summary>
/// <param name="name">The name.</param>
/// <param name="open">Loads it; null for an instance that somebody else closes.</param>
/// <param name="expectedBytes">The memory that it will take, as far as that is known before it is loaded.</param>
internal sealed class RegistryEntry(string name, Func<CancellationToken, Task<OpenedEmbedder>>? open, long expectedBytes)
{
    public string Name { get; } =
        string.IsNullOrWhiteSpace(name) ? throw new ArgumentException("An embedder needs a name.", nameof(name)) : name;

    public long ExpectedBytes => expectedBytes;

    public bool IsPinned { get; set; }

    public LoadedGeneration? Current { get; set; }

    /// <summary>Whether it can be unloaded and loaded again.</summary>
    public bool CanUnload => open is not null;

    public bool IsIdle => CanUnload && !IsPinned && Current is { IsLoaded: true, Users: 0 };

    /// <summary>Begins to load it, once those that make room for it are closed.</summary>
    public void Load(IReadOnlyList<LoadedGeneration> leaving) =>
        Current = new LoadedGeneration(
            async cancellationToken =>
            {
                await Task.WhenAll(leaving.Select(generation => generation.CloseAsync())).ConfigureAwait(false);
                return await open!(cancellationToken).ConfigureAwait(false);
            },
            expectedBytes
        );

    /// <summary>Lets go of what is loaded; it is closed when nobody uses it.</summary>
    public LoadedGeneration? Retire()
    {
        var leaving = CanUnload ? Current : null;
        if (leaving is not null)
        {
            leaving.IsRetired = true;
            Current = null;
        }

        return leaving;
    }

    public RegisteredEmbedder Describe() =>
        new(
            Name,
            Current is { IsLoaded: true },
            IsPinned || !CanUnload,
            Current is { IsLoaded: true } loaded ? loaded.Bytes : 0,
            Current?.Users ?? 0
        );
}
