namespace Simile.Registry;

/// <summary>Embedders by name: loaded when first asked for, once however many ask, and unloaded, least recently used first, when they
/// exceed a memory budget.</summary>
/// <remarks>What is in use or pinned is never unloaded. Where that exceeds the budget, the excess is unloaded as soon as its leases
/// end.</remarks>
/// <param name="options">Options, or null for the defaults.</param>
public sealed class EmbedderRegistry(RegistryOptions? options = null) : IAsyncDisposable, IDisposable
{
    private readonly RegistryOptions _options = (options ?? new RegistryOptions()).Checked();
    private readonly Lock _gate = new();
    private readonly Dictionary<string, RegistryEntry> _entries = new(StringComparer.Ordinal);
    private long _uses;
    private bool _disposed;

    /// <summary>What is registered, by name.</summary>
    public IReadOnlyList<RegisteredEmbedder> Embedders
    {
        get
        {
            lock (_gate)
            {
                return [.. _entries.Values.Select(entry => entry.Describe()).OrderBy(entry => entry.Name, StringComparer.Ordinal)];
            }
        }
    }

    /// <summary>Registers an embedder that exists. It stays the caller's: the registry neither unloads nor disposes it.</summary>
    /// <param name="name">The name.</param>
    /// <param name="embedder">The embedder.</param>
    /// <param name="bytes">The memory that it takes, which counts against the budget.</param>
    /// <exception cref="SimileException"><see cref="ErrorCode.EmbedderMismatch"/> when the name is taken.</exception>
    public void Register(string name, object embedder, long bytes = 0)
    {
        ArgumentNullException.ThrowIfNull(embedder);
        Add(new RegistryEntry(name, null, bytes) { Current = new LoadedGeneration(new OpenedEmbedder([embedder], bytes)) });
    }

    /// <summary>Registers how to load an embedder.</summary>
    /// <param name="name">The name.</param>
    /// <param name="open">Loads it; the registry disposes it when it is unloaded.</param>
    /// <param name="bytes">The memory that it takes; room is made before it is loaded.</param>
    /// <exception cref="SimileException"><see cref="ErrorCode.EmbedderMismatch"/> when the name is taken.</exception>
    public void Register<T>(string name, Func<CancellationToken, Task<T>> open, long bytes)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(open);
        Add(
            new RegistryEntry(
                name,
                async cancellationToken => new OpenedEmbedder([await open(cancellationToken).ConfigureAwait(false)], bytes),
                bytes
            )
        );
    }

    /// <summary>Registers how to load an embedder, and how its memory is measured once it is there.</summary>
    /// <param name="name">The name.</param>
    /// <param name="open">Loads it; the registry disposes it when it is unloaded.</param>
    /// <param name="measure">The memory that it takes, in bytes.</param>
    /// <exception cref="SimileException"><see cref="ErrorCode.EmbedderMismatch"/> when the name is taken.</exception>
    public void Register<T>(string name, Func<CancellationToken, Task<T>> open, Func<T, long> measure)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(open);
        ArgumentNullException.ThrowIfNull(measure);
        Add(new RegistryEntry(name, OpenAsync, 0));

        async Task<OpenedEmbedder> OpenAsync(CancellationToken cancellationToken)
        {
            var embedder = await open(cancellationToken).ConfigureAwait(false);
            return new OpenedEmbedder([embedder], measure(embedder));
        }
    }

    /// <summary>Registers a model by its id, which <see cref="RegistryOptions.OpenModel"/> knows how to load.</summary>
    /// <param name="name">The name.</param>
    /// <param name="model">The model's id; null when it is the name.</param>
    /// <exception cref="SimileException"><see cref="ErrorCode.EmbedderMismatch"/> when the name is taken,
    /// <see cref="ErrorCode.InvalidOption"/> when no ids are known.</exception>
    public void RegisterModel(string name, string? model = null)
    {
        var open = _options.OpenModel ?? throw RegistryErrors.NoModels();
        Add(new RegistryEntry(name, cancellationToken => open(model ?? name, cancellationToken), 0));
    }

    /// <summary>Gets an embedder, loading it if need be.</summary>
    /// <typeparam name="T">What it must be, such as <c>IEmbedder&lt;string&gt;</c>.</typeparam>
    /// <param name="name">The name.</param>
    /// <param name="cancellationToken">Ends the wait; the loading goes on while others wait for it.</param>
    /// <returns>The right to use it, until that is disposed.</returns>
    /// <exception cref="SimileException"><see cref="ErrorCode.UnknownEmbedder"/>, <see cref="ErrorCode.EmbedderMismatch"/>, or what the
    /// loading throws. After that, the next call loads anew.</exception>
    public async ValueTask<EmbedderLease<T>> GetAsync<T>(string name, CancellationToken cancellationToken = default)
        where T : class
    {
        var (entry, generation) = Enter(name);
        try
        {
            var opened = await generation.Loading.WaitAsync(cancellationToken).ConfigureAwait(false);
            await TrimAsync().ConfigureAwait(false);
            var embedder = opened.Find<T>() ?? throw RegistryErrors.WrongType(name, typeof(T), opened.Faces);
            return new EmbedderLease<T>(embedder, () => LeaveAsync(entry, generation));
        }
        catch
        {
            await LeaveAsync(entry, generation).ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Loads an embedder and keeps it, whatever the budget, until <see cref="UnpinAsync"/>.</summary>
    /// <exception cref="SimileException">As <see cref="GetAsync{T}"/>.</exception>
    public async ValueTask PinAsync(string name, CancellationToken cancellationToken = default)
    {
        var lease = await GetAsync<object>(name, cancellationToken).ConfigureAwait(false);
        SetPinned(name, true);
        await lease.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Lets an embedder be unloaded again.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.UnknownEmbedder"/>.</exception>
    public ValueTask UnpinAsync(string name)
    {
        SetPinned(name, false);
        return TrimAsync();
    }

    /// <summary>Unloads an embedder as soon as nobody uses it, and waits for that. Who asks meanwhile gets it loaded anew.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.UnknownEmbedder"/>.</exception>
    public async ValueTask UnloadAsync(string name)
    {
        LoadedGeneration? leaving;
        bool isIdle;
        lock (_gate)
        {
            leaving = Find(name).Retire();
            isIdle = leaving?.Users == 0;
        }

        await (
            leaving is null ? Task.CompletedTask
            : isIdle ? leaving.CloseAsync()
            : leaving.Closed
        ).ConfigureAwait(false);
    }

    /// <summary>Unloads everything, waiting for the leases to end; then there is nothing to get any more.</summary>
    public async ValueTask DisposeAsync()
    {
        string[] names;
        lock (_gate)
        {
            _disposed = true;
            names = [.. _entries.Keys];
        }

        await Task.WhenAll(names.Select(name => UnloadAsync(name).AsTask())).ConfigureAwait(false);
    }

    /// <summary>As <see cref="DisposeAsync"/>, for containers that dispose synchronously: blocks until the leases have ended.</summary>
    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();

    private void Add(RegistryEntry entry)
    {
        lock (_gate)
        {
            if (!_entries.TryAdd(entry.Name, entry))
            {
                throw RegistryErrors.Taken(entry.Name);
            }
        }
    }

    private RegistryEntry Find(string name) => _entries.GetValueOrDefault(name) ?? throw RegistryErrors.Unknown(name, _entries.Keys);

    private void SetPinned(string name, bool pinned)
    {
        lock (_gate)
        {
            Find(name).IsPinned = pinned;
        }
    }

    private (RegistryEntry Entry, LoadedGeneration Generation) Enter(string name)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            var entry = Find(name);
            if (entry.Current is null or { HasFailed: true })
            {
                entry.Retire();
                entry.Load(TakeExcess(entry.ExpectedBytes));
            }

            entry.Current!.Users++;
            entry.Current.LastUse = _uses++;
            return (entry, entry.Current);
        }
    }

    private async ValueTask LeaveAsync(RegistryEntry entry, LoadedGeneration generation)
    {
        bool isLast;
        lock (_gate)
        {
            generation.Users--;
            if (generation is { Users: 0, IsLoaded: false } && entry.Current == generation)
            {
                // The loading failed, or nobody waits for it any more.
                entry.Retire();
            }

            isLast = generation is { Users: 0, IsRetired: true };
        }

        if (isLast)
        {
            // Who gave up waiting must not wait for a loading to stop.
            var closing = generation.CloseAsync();
            await (generation.IsLoaded ? closing : Task.CompletedTask).ConfigureAwait(false);
        }

        await TrimAsync().ConfigureAwait(false);
    }

    private async ValueTask TrimAsync()
    {
        if (_options.MemoryBudget == long.MaxValue)
        {
            // Nothing can be in excess, and every call that is lent an embedder would wait for the lock once more to learn it.
            return;
        }

        List<LoadedGeneration> leaving;
        lock (_gate)
        {
            leaving = TakeExcess(coming: 0);
        }

        await Task.WhenAll(leaving.Select(generation => generation.CloseAsync())).ConfigureAwait(false);
    }

    private List<LoadedGeneration> TakeExcess(long coming)
    {
        var leaving = new List<LoadedGeneration>();
        while (
            _entries.Values.Sum(entry => entry.Current?.Bytes ?? 0) + coming > _options.MemoryBudget
            && _entries.Values.Where(entry => entry.IsIdle).MinBy(entry => entry.Current!.LastUse) is { } oldest
        )
        {
            leaving.Add(oldest.Retire()!);
        }

        return leaving;
    }
}
