namespace Simile.Registry;

/// <summary>One loading of an embedder, and who uses it. Its counters are guarded by the registry's lock.</summary>
internal sealed class LoadedGeneration
{
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Begins to load.</summary>
    public LoadedGeneration(Func<CancellationToken, Task<OpenedEmbedder>> open, long expectedBytes) =>
        (Loading, ExpectedBytes) = (Task.Run(() => open(_stop.Token), CancellationToken.None), expectedBytes);

    /// <summary>Takes over what somebody else loaded.</summary>
    public LoadedGeneration(OpenedEmbedder opened) => Loading = Task.FromResult(opened);

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
