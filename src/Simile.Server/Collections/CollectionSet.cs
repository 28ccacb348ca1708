using System.Collections.Concurrent;
using Simile.Hosting;

namespace Simile.Server.Collections;

/// <summary>The collections that callers may search, by their names, and the folders that may be read for them.</summary>
internal sealed class CollectionSet : IAsyncDisposable
{
    private readonly SimileHost _host;
    private readonly CollectionOptions _options;
    private readonly ConcurrentDictionary<string, Collection> _collections = new(StringComparer.OrdinalIgnoreCase);
    private readonly SemaphoreSlim _opening = new(1, 1);

    private CollectionSet(SimileHost host, CollectionOptions options, IReadOnlyList<string> roots)
    {
        (_host, _options, Roots) = (host, options, roots);
    }

    /// <summary>The folders, with links followed, that may be read for callers.</summary>
    public IReadOnlyList<string> Roots { get; }

    /// <summary>Whether callers may change collections.</summary>
    public bool Writes => _options.Writes;

    /// <summary>All of them, by name.</summary>
    public IReadOnlyList<Collection> All => [.. _collections.Values.OrderBy(collection => collection.Name, StringComparer.Ordinal)];

    /// <summary>Opens the collections; those that follow folders begin to index them.</summary>
    /// <param name="host">Where private indexes lie.</param>
    /// <param name="sources">What they are made of.</param>
    /// <param name="roots">Folders that may be read beside those that collections follow.</param>
    /// <param name="options">How they are opened and filled.</param>
    public static async Task<CollectionSet> OpenAsync(
        SimileHost host,
        IReadOnlyList<CollectionSource> sources,
        IReadOnlyList<string> roots,
        CollectionOptions options
    )
    {
        var allowed = sources.SelectMany(source => source.Paths).Concat(roots).Select(RealPath.Of).Distinct(StringComparer.Ordinal);
        var set = new CollectionSet(host, options, [.. allowed]);
        try
        {
            foreach (var source in sources)
            {
                await set.AddAsync(source, CancellationToken.None).ConfigureAwait(false);
            }

            return set;
        }
        catch
        {
            await set.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Opens one more, or gives the one that has its name.</summary>
    public async Task<Collection> AddAsync(CollectionSource source, CancellationToken cancellationToken)
    {
        await _opening.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_collections.TryGetValue(source.Name, out var there))
            {
                return there;
            }

            var opened = await Collection.OpenAsync(source, _host, _options, cancellationToken).ConfigureAwait(false);
            _collections[source.Name] = opened;
            return opened;
        }
        finally
        {
            _opening.Release();
        }
    }

    /// <summary>The collection of a name, or all of them where none is named.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.InvalidOption"/>, which names those there are.</exception>
    public IReadOnlyList<Collection> Named(string? name) => name is null or "" ? All : [One(name)];

    /// <inheritdoc cref="Named"/>
    public Collection One(string name) =>
        _collections.TryGetValue(name, out var one)
            ? one
            : throw new SimileException(
                ErrorCode.InvalidOption,
                $"There is no collection '{name}'. There "
                    + $"{(All.Count == 0 ? "is none" : $"are {string.Join(", ", All.Select(own => own.Name))}")}."
            );

    /// <summary>Takes a collection away; its index file stays.</summary>
    public async Task DropAsync(Collection collection)
    {
        if (_collections.TryRemove(new KeyValuePair<string, Collection>(collection.Name, collection)))
        {
            await collection.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>A path of this machine that may be read, with links followed.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.PathNotFound"/> for any other, whether it is there or not.</exception>
    public string Allow(string path)
    {
        foreach (var root in path.Contains('\0', StringComparison.Ordinal) ? [] : Roots)
        {
            var real = RealPath.Of(Path.GetFullPath(path, Directory.Exists(root) ? root : Path.GetDirectoryName(root)!));
            if (Roots.Any(allowed => RealPath.IsUnder(real, allowed)) && (File.Exists(real) || Directory.Exists(real)))
            {
                return real;
            }
        }

        throw new SimileException(
            ErrorCode.PathNotFound,
            $"'{path}' is not to be found in the folders that may be read ({(Roots.Count == 0 ? "none" : string.Join(", ", Roots))})."
        );
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var collection in All)
        {
            await DropAsync(collection).ConfigureAwait(false);
        }

        _opening.Dispose();
    }
}

/// <summary>Paths with every link on the way followed.</summary>
internal static class RealPath
{
    // As many as Linux follows.
    private const int MaxLinks = 40;

    public static string Of(string path)
    {
        var (links, rest) = (0, new Stack<string>());
        var full = Path.GetFullPath(path);
        var real = Path.GetPathRoot(full)!;
        Push(rest, full[real.Length..]);
        while (rest.TryPop(out var part))
        {
            var next = Path.GetFullPath(part, real);
            var target = new FileInfo(next).LinkTarget;
            if (target is null || ++links > MaxLinks)
            {
                real = next;
                continue;
            }

            var aim = Path.GetFullPath(target, real);
            real = Path.GetPathRoot(aim)!;
            Push(rest, aim[real.Length..]);
        }

        return real;
    }

    public static bool IsUnder(string path, string folder) =>
        path == folder
        || path.StartsWith(Path.EndsInDirectorySeparator(folder) ? folder : folder + Path.DirectorySeparatorChar, StringComparison.Ordinal);

    private static void Push(Stack<string> rest, string relative)
    {
        var parts = relative.Split([Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar], StringSplitOptions.RemoveEmptyEntries);
        for (var i = parts.Length - 1; i >= 0; i--)
        {
            rest.Push(parts[i]);
        }
    }
}
