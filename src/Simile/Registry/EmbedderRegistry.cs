using Simile.Models;

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
        Add(new RegistryEntry(name, null, bytes) { Current = new LoadedInstance(new OpenedEmbedder([embedder], bytes)) });
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
        LoadedInstance? leaving;
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

    private (RegistryEntry Entry, LoadedInstance Generation) Enter(string name)
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

    private async ValueTask LeaveAsync(RegistryEntry entry, LoadedInstance generation)
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

        List<LoadedInstance> leaving;
        lock (_gate)
        {
            leaving = TakeExcess(coming: 0);
        }

        await Task.WhenAll(leaving.Select(generation => generation.CloseAsync())).ConfigureAwait(false);
    }

    private List<LoadedInstance> TakeExcess(long coming)
    {
        var leaving = new List<LoadedInstance>();
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

/// <summary>What a registry knows of one name.</summary>
/// <param name="Name">The name.</param>
/// <param name="IsLoaded">Whether it is in memory.</param>
/// <param name="IsPinned">Whether it stays there.</param>
/// <param name="Bytes">The memory that it takes, or 0 when it is not loaded.</param>
/// <param name="Leases">How many use it at the moment.</param>
public sealed record RegisteredEmbedder(string Name, bool IsLoaded, bool IsPinned, long Bytes, int Leases);

internal static class RegistryErrors
{
    private const int MaxNames = 10;

    public static SimileException Unknown(string name, IReadOnlyCollection<string> names)
    {
        var near = NearNames.Find(name, names);
        var known =
            names.Count == 0 ? "None is registered."
            : near.Count > 0 ? $"Near it are {Listed(near)}."
            : $"Registered are {Listed(names)}.";
        return new SimileException(ErrorCode.UnknownEmbedder, $"There is no embedder '{name}'. {known}");
    }

    public static SimileException Taken(string name) =>
        new(ErrorCode.EmbedderMismatch, $"There is an embedder '{name}' already. Choose another name, or unregister the first.");

    public static SimileException WrongType(string name, Type wanted, IEnumerable<object> faces) =>
        new(
            ErrorCode.EmbedderMismatch,
            $"The embedder '{name}' is no {NameOf(wanted)}, but {string.Join(" or ", faces.Select(face => NameOf(face.GetType())))}."
        );

    public static SimileException NoModels() =>
        new(ErrorCode.InvalidOption, "The registry knows no model ids: its options have no OpenModel. Set it, or register a factory.");

    private static string Listed(IReadOnlyCollection<string> names) =>
        string.Join(", ", names.Order(StringComparer.Ordinal).Take(MaxNames).Select(name => $"'{name}'"))
        + (names.Count > MaxNames ? $" and {names.Count - MaxNames} more" : string.Empty);

    private static string NameOf(Type type) =>
        type.IsGenericType ? $"{type.Name.Split('`')[0]}<{string.Join(", ", type.GetGenericArguments().Select(NameOf))}>" : type.Name;
}
