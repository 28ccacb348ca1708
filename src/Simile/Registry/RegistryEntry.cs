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

    public LoadedInstance? Current { get; set; }

    /// <summary>Whether it can be unloaded and loaded again.</summary>
    public bool CanUnload => open is not null;

    public bool IsIdle => CanUnload && !IsPinned && Current is { IsLoaded: true, Users: 0 };

    /// <summary>Begins to load it, once those that make room for it are closed.</summary>
    public void Load(IReadOnlyList<LoadedInstance> leaving) =>
        Current = new LoadedInstance(
            async cancellationToken =>
            {
                await Task.WhenAll(leaving.Select(generation => generation.CloseAsync())).ConfigureAwait(false);
                return await open!(cancellationToken).ConfigureAwait(false);
            },
            expectedBytes
        );

    /// <summary>Lets go of what is loaded; it is closed when nobody uses it.</summary>
    public LoadedInstance? Retire()
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

/// <summary>One loading of an embedder, and who uses it. Its counters are guarded by the registry's lock.</summary>
internal sealed class LoadedInstance
{
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Begins to load.</summary>
    public LoadedInstance(Func<CancellationToken, Task<OpenedEmbedder>> open, long expectedBytes) =>
        (Loading, ExpectedBytes) = (Task.Run(() => open(_stop.Token), CancellationToken.None), expectedBytes);

    /// <summary>Takes over what somebody else loaded.</summary>
    public LoadedInstance(OpenedEmbedder opened) => Loading = Task.FromResult(opened);

    public Task<OpenedEmbedder> Loading { get; }

    /// <summary>Leases, and those who wait for one.</summary>
    public int Users { get; set; }

    /// <summary>The turn of the last use.</summary>
    public long LastUse { get; set; }

    /// <summary>Whether it is closed as soon as nobody uses it.</summary>
    public bool IsRetired { get; set; }

    public bool IsLoaded => Loading.IsCompletedSuccessfully;

    public bool HasFailed => Loading.IsCompleted && !Loading.IsCompletedSuccessfully;

    public long Bytes => IsLoaded ? Loading.Result.Bytes : ExpectedBytes;

    /// <summary>Ends when it is closed.</summary>
    public Task Closed => _closed.Task;

    private long ExpectedBytes { get; }

    /// <summary>Stops the loading, or closes what was loaded.</summary>
    public async Task CloseAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await ((Task)Loading).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        try
        {
            await (IsLoaded ? Loading.Result.CloseAsync() : ValueTask.CompletedTask).ConfigureAwait(false);
        }
        finally
        {
            _stop.Dispose();
            _closed.TrySetResult();
        }
    }
}
