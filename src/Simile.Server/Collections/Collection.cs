using System.Diagnostics.CodeAnalysis;
using System.IO.Enumeration;
using Simile.Hosting;
using Simile.Ingestion;
using Simile.Models;
using Simile.Search;

namespace Simile.Server.Collections;

/// <summary>What a collection is made of.</summary>
/// <param name="Name">What callers call it.</param>
/// <param name="StoreFile">The index file; null for a private one that follows the paths.</param>
/// <param name="Paths">The files and folders that it follows.</param>
internal sealed record CollectionSource(string Name, string? StoreFile, IReadOnlyList<string> Paths);

/// <summary>An index with the model that it was made with, under a name. One that follows files and folders looks after them again when it
/// is asked after a while. Safe for many callers.</summary>
internal sealed class Collection : IAsyncDisposable
{
    // A folder is looked through at most so often, and a question waits for that so long.
    private static readonly TimeSpan MaxAge = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(2);
    private readonly string? _root;
    private readonly CollectionOptions _options;
    private readonly TimeProvider _time = TimeProvider.System;
    private readonly CancellationTokenSource _ending = new();
    private readonly Lock _lock = new();
    private Task<IndexReport>? _indexing;
    private long _checked;

    private Collection(CollectionSource source, IChunkStore store, EmbeddingModel model, Searcher searcher, CollectionOptions options)
    {
        (Source, Store, Model, Searcher, _options) = (source, store, model, searcher, options);
        _root = source.Paths is [var only] && Directory.Exists(only) ? only : null;
    }

    public CollectionSource Source { get; }

    public string Name => Source.Name;

    public IChunkStore Store { get; }

    public EmbeddingModel Model { get; }

    public Searcher Searcher { get; }

    /// <summary>What the last indexing did; null before its end.</summary>
    public IndexReport? Report { get; private set; }

    /// <summary>How far an indexing that runs is; null while none does.</summary>
    public IndexProgress? Progress { get; private set; }

    /// <summary>Why the last indexing failed; null where it did not.</summary>
    public SimileException? Failure { get; private set; }

    /// <summary>Whether files and folders are followed.</summary>
    public bool Follows => Source.Paths.Count > 0;

    /// <summary>Opens a collection; files and folders are not read yet.</summary>
    /// <exception cref="SimileException">Codes of the 200s and 400s.</exception>
    public static async Task<Collection> OpenAsync(
        CollectionSource source,
        SimileHost host,
        CollectionOptions options,
        CancellationToken cancellationToken
    )
    {
        IChunkStore? store = null;
        EmbeddingModel? model = null;
        try
        {
            store = source.StoreFile is { } file ? host.OpenStore(file, create: options.Writes) : null;
            model = await options.OpenModel(store, source.Paths, cancellationToken).ConfigureAwait(false);
            store ??= await host.Indexes.OpenAsync(source.Paths, model.Space, cancellationToken: cancellationToken).ConfigureAwait(false);
            var searcher = await Searcher.OpenAsync(store, model.Embedder, cancellationToken).ConfigureAwait(false);
            return new Collection(source, store, model, searcher, options);
        }
        catch
        {
            model?.Dispose();
            store?.Dispose();
            throw;
        }
    }

    /// <summary>A path as callers see it: relative to the collection's folder, with slashes.</summary>
    public string Show(string path) =>
        _root is not null && Path.IsPathRooted(path) ? Path.GetRelativePath(_root, path).Replace('\\', '/') : path;

    /// <summary>The store's name of a document, by what callers call it; null where it has none.</summary>
    public async Task<string?> FindAsync(string path, CancellationToken cancellationToken)
    {
        string[] names = _root is null || path.Contains('\0', StringComparison.Ordinal) ? [path] : [Path.GetFullPath(path, _root), path];
        var known = await Store.ListFilesAsync(names, cancellationToken).ConfigureAwait(false);
        return Array.Find(names, known.ContainsKey);
    }

    /// <summary>Whether a document's path is meant by a pattern: one with * and ?, or a part of the path.</summary>
    public bool Matches(string path, string pattern) =>
        pattern.AsSpan().ContainsAny('*', '?')
            ? FileSystemName.MatchesSimpleExpression(pattern, Show(path))
            : Show(path).Contains(pattern, StringComparison.OrdinalIgnoreCase);

    /// <summary>Looks after the files and folders again, unless that was done a moment ago, and waits a little for it.</summary>
    /// <returns>Whether the index is up to date with them; one that follows nothing is.</returns>
    public async Task<bool> RefreshAsync(CancellationToken cancellationToken)
    {
        if (!Follows)
        {
            return Progress is null;
        }

        var last = Volatile.Read(ref _checked);
        if (last == 0 || _time.GetElapsedTime(last) > MaxAge)
        {
            _ = IndexAsync(Source.Paths, null);
        }

        if (!IsIndexing(out var running))
        {
            return Failure is null;
        }

        await Task.WhenAny(running, Task.Delay(MaxWait, _time, cancellationToken)).ConfigureAwait(false);
        return running.IsCompletedSuccessfully;
    }

    /// <summary>Brings the index up to date with files and folders. One that runs already is joined where it is of the collection's
    /// own.</summary>
    public Task<IndexReport> IndexAsync(IReadOnlyList<string> paths, IProgress<IndexProgress>? progress)
    {
        lock (_lock)
        {
            if (_indexing is { IsCompleted: false } running && ReferenceEquals(paths, Source.Paths))
            {
                return running;
            }

            var before = _indexing;
            return _indexing = Task.Run(() => BuildAsync(before, paths, progress));
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync().ConfigureAwait(false);
        if (IsIndexing(out var running))
        {
            await ((Task)running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await Store.DisposeAsync().ConfigureAwait(false);
        await Model.DisposeAsync().ConfigureAwait(false);
        _ending.Dispose();
    }

    private bool IsIndexing([NotNullWhen(true)] out Task<IndexReport>? running)
    {
        lock (_lock)
        {
            running = _indexing;
        }

        return running is { IsCompleted: false };
    }

    private async Task<IndexReport> BuildAsync(Task? before, IReadOnlyList<string> paths, IProgress<IndexProgress>? progress)
    {
        if (before is not null)
        {
            await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        Progress = default(IndexProgress);
        try
        {
            var builder = new IndexBuilder(Store, Model.Embedder) { Prune = Follows, Readers = _options.Readers };
            var report = await builder.BuildAsync(paths, new Heard(this, progress), _ending.Token).ConfigureAwait(false);
            (Report, Failure) = (report, null);
            return report;
        }
        catch (SimileException error)
        {
            Failure = error;
            throw;
        }
        finally
        {
            Progress = null;
            Volatile.Write(ref _checked, _time.GetTimestamp());
        }
    }

    private sealed class Heard(Collection owner, IProgress<IndexProgress>? other) : IProgress<IndexProgress>
    {
        public void Report(IndexProgress value)
        {
            owner.Progress = value;
            other?.Report(value);
        }
    }
}

/// <summary>How collections are opened and filled.</summary>
/// <param name="OpenModel">Opens their models.</param>
/// <param name="Readers">What reads documents beside Simile's own readers.</param>
/// <param name="Writes">Whether callers may change collections.</param>
internal sealed record CollectionOptions(OpenCollectionModel OpenModel, IReadOnlyList<IDocumentReader> Readers, bool Writes);

/// <summary>Opens the model that an index was made with, or, where it is null, the one that a new index of the paths is to be made
/// with.</summary>
internal delegate Task<EmbeddingModel> OpenCollectionModel(
    IChunkStore? index,
    IReadOnlyList<string> paths,
    CancellationToken cancellationToken
);
