using System.ComponentModel;
using ModelContextProtocol;
using Simile.Search;
using Simile.Server.Collections;

namespace Simile.Server.Mcp;

/// <summary>The tools that list and change collections.</summary>
internal sealed class CollectionTools(CollectionSet collections)
{
    private const int MaxProblems = 5;

    [Description("List the collections that can be searched: size, model, whether they are up to date, files with problems.")]
    public async Task<McpCollections> CollectionsAsync(
        [Description("Default: all")] string? name = null,
        CancellationToken cancellationToken = default
    )
    {
        var found = new List<McpCollection>();
        foreach (var one in collections.Named(name))
        {
            await one.RefreshAsync(cancellationToken).ConfigureAwait(false);
            var summary = await one.Store.SummarizeAsync(cancellationToken).ConfigureAwait(false);
            var documents = await one.Store.ListFilesAsync(null, cancellationToken).ConfigureAwait(false);
            found.Add(
                new McpCollection(one.Name, documents.Count, summary.Chunks, one.Model.Name, one.Model.Space.Dimensions, StateOf(one))
                {
                    Follows = one.Follows ? one.Source.Paths : null,
                    Problems = ProblemsOf(one, one.Report),
                }
            );
        }

        return new McpCollections(found);
    }

    [Description("Index a file or folder, so that it can be searched; what did not change is not read again.")]
    public async Task<McpIndexed> IndexAsync(
        [Description("In an allowed folder")] string path,
        [Description("Default: one of the folder's name")] string? collection = null,
        [Description("False: go on in the background")] bool wait = true,
        IProgress<ProgressNotificationValue>? progress = null,
        CancellationToken cancellationToken = default
    )
    {
        var real = collections.Allow(path);
        var name = collection ?? Path.GetFileName(Path.TrimEndingDirectorySeparator(real));
        var one = await collections.AddAsync(new CollectionSource(name, null, [real]), cancellationToken).ConfigureAwait(false);
        if (one.Follows && !one.Source.Paths.Any(followed => RealPath.IsUnder(real, RealPath.Of(followed))))
        {
            throw new SimileException(
                ErrorCode.InvalidOption,
                $"The collection '{name}' follows {string.Join(", ", one.Source.Paths)}, and {real} does not lie in it. Name another "
                    + "collection."
            );
        }

        var running = one.IndexAsync(one.Follows ? one.Source.Paths : [real], progress is null ? null : new Told(progress));
        if (!wait)
        {
            // What becomes of it is told by the tool collections.
            _ = running.ContinueWith(static done => done.Exception, TaskScheduler.Default);
            return new McpIndexed(name, StateOf(one));
        }

        var report = await running.WaitAsync(cancellationToken).ConfigureAwait(false);
        return new McpIndexed(name, StateOf(one))
        {
            Changed = report.Changed,
            Unchanged = report.Unchanged,
            Removed = report.Removed,
            Problems = ProblemsOf(one, report),
        };
    }

    [Description("Take a document out of an index, or a whole collection away. Files themselves are never touched.")]
    public async Task<McpRemoved> RemoveAsync(
        string collection,
        [Description("The collection's name once more")] string confirm,
        [Description("A document; default: the whole collection")] string? path = null,
        CancellationToken cancellationToken = default
    )
    {
        var one = collections.One(collection);
        if (!string.Equals(confirm, one.Name, StringComparison.OrdinalIgnoreCase))
        {
            throw new SimileException(ErrorCode.InvalidOption, $"confirm is '{confirm}'; expected is the collection's name, '{one.Name}'.");
        }

        if (path is null)
        {
            var documents = await one.Store.ListFilesAsync(null, cancellationToken).ConfigureAwait(false);
            await collections.DropAsync(one).ConfigureAwait(false);
            return new McpRemoved(one.Name, documents.Count);
        }

        if (one.Follows)
        {
            throw new SimileException(
                ErrorCode.InvalidOption,
                $"The collection '{one.Name}' follows its files: {path} would come back. Remove the file, or the whole collection."
            );
        }

        var stored =
            await one.FindAsync(path, cancellationToken).ConfigureAwait(false)
            ?? throw new SimileException(ErrorCode.PathNotFound, $"The collection '{one.Name}' has no document '{path}'.");
        return new McpRemoved(one.Name, await one.Store.RemoveAsync([stored], cancellationToken).ConfigureAwait(false));
    }

    /// <summary>Whether a collection is up to date, in words.</summary>
    public static string StateOf(Collection collection) =>
        collection.Progress is { } progress ? $"indexing: {progress.Done} of {progress.Total} files"
        : collection.Failure is { } failure ? $"failed: {failure.Code}: {failure.Message}"
        : collection.Report is not null ? "fresh"
        : collection.Follows ? "not yet indexed"
        : "as indexed";

    private static string[]? ProblemsOf(Collection collection, IndexReport? report)
    {
        if (report is null or { Problems.Count: 0 })
        {
            return null;
        }

        var told = report.Problems.Take(MaxProblems).Select(problem => $"{collection.Show(problem.Path)}: {problem.Message}");
        return report.Problems.Count > MaxProblems ? [.. told, $"… and {report.Problems.Count - MaxProblems} more"] : [.. told];
    }

    private sealed class Told(IProgress<ProgressNotificationValue> progress) : IProgress<IndexProgress>
    {
        public void Report(IndexProgress value) =>
            progress.Report(
                new ProgressNotificationValue
                {
                    Progress = value.Done,
                    Total = value.Total,
                    Message = $"{value.Chunks} passages",
                }
            );
    }
}
