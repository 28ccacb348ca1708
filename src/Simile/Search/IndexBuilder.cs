using Simile.Engine.Files;
using Simile.Ingestion;
using Simile.Multimodal;
using Simile.Pipelines;
using Simile.Text;
using Simile.Vectors;

namespace Simile.Search;

/// <summary>Brings a store up to date with files: only what is new or changed is embedded, what vanished is taken out. Stopped half way,
/// it keeps what is done.</summary>
public sealed class IndexBuilder
{
    private const int ChunksAtOnce = 1024;
    private readonly IChunkStore _store;
    private readonly IEmbedder<Content> _embedder;
    private readonly Chunker? _chunker;
    private readonly ChunkerOptions? _options;

    /// <summary>Makes a builder that cuts documents to what the model reads: by the <see cref="TextEmbedder"/> that stands behind it
    /// (<see cref="IEmbedder{TInput}.Find"/>), or else by an estimate, which a note tells.</summary>
    /// <param name="store">The store.</param>
    /// <param name="embedder">The model, whatever is put around it. Of a folder, the kinds of files that it embeds are taken
    /// (<see cref="ContentTraits"/>).</param>
    /// <param name="options">How documents are cut.</param>
    public IndexBuilder(IChunkStore store, IEmbedder<Content> embedder, ChunkerOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(embedder);
        (_store, _embedder, _options) = (store, embedder, options?.Checked());
    }

    /// <summary>Makes a builder that cuts documents in a way of one's own, as with a tokenizer of one's own.</summary>
    /// <param name="store">The store.</param>
    /// <param name="embedder">The model.</param>
    /// <param name="chunker">Cuts documents.</param>
    public IndexBuilder(IChunkStore store, IEmbedder<Content> embedder, Chunker chunker)
        : this(store, embedder)
    {
        ArgumentNullException.ThrowIfNull(chunker);
        _chunker = chunker;
    }

    /// <summary>Whether documents are taken out even where everything under a path is gone. Default: they stay, and a problem tells of
    /// it, since a disk may not be mounted.</summary>
    public bool Prune { get; init; }

    /// <summary>What reads documents of further kinds, before Simile's own readers; <c>DocumentFormats.Readers()</c> of Simile.Documents
    /// has those of PDF, office and mail files. Default: none.</summary>
    public IReadOnlyList<IDocumentReader> Readers { get; init; } = [];

    /// <summary>Patterns as those of .gitignore files ("*.md", "docs/**"), one of which a file of a folder has to fit. Default: none, every
    /// file does.</summary>
    public IReadOnlyList<string> Include { get; init; } = [];

    /// <summary>Patterns as those of .gitignore files, of files and folders that are passed over. Default: none.</summary>
    public IReadOnlyList<string> Exclude { get; init; } = [];

    /// <summary>Whether hidden files and folders are taken, but for git's own. Default: they are passed over.</summary>
    public bool TakesHidden { get; init; }

    /// <summary>Whether what .gitignore files name is passed over. Default: it is.</summary>
    public bool FollowsGitignore { get; init; } = true;

    /// <summary>Indexes files and folders.</summary>
    /// <param name="paths">The files and folders; of those in the store that lie under them, the vanished are taken out.</param>
    /// <param name="progress">Hears of every group of files.</param>
    /// <param name="cancellationToken">Stops between groups of files.</param>
    /// <exception cref="SimileException"><see cref="ErrorCode.PathNotFound"/>, <see cref="ErrorCode.IndexOfAnotherSpace"/>, other codes
    /// of the 400s.</exception>
    public async Task<IndexReport> BuildAsync(
        IReadOnlyList<string> paths,
        IProgress<IndexProgress>? progress = null,
        CancellationToken cancellationToken = default
    )
    {
        // Who has to load a model for its space is not waited for here.
        await _store
            .EnsureSpaceAsync(await Task.Run(() => _embedder.Space, cancellationToken).ConfigureAwait(false), cancellationToken)
            .ConfigureAwait(false);
        var traits = ContentTraits.Of(_embedder);
        var chunker = traits.TextRecipe is null ? null : _chunker ?? Chunker.For(_embedder, _options);
        var reader = new FileReader(traits, chunker, new ReaderSet(Readers));
        var found = await Task.Run(() => DocumentFinder.Walk(paths, reader.Wants, Choice), cancellationToken).ConfigureAwait(false);
        var (known, tally) = (await _store.ListFilesAsync(null, cancellationToken).ConfigureAwait(false), new IndexTally());
        if (chunker is { IsEstimate: true } && paths.Count > 0)
        {
            tally.Note(paths[0], Chunker.Estimated);
        }

        var vanished = new VanishedFiles(found, [.. known.Keys], Prune).Under(paths, tally);
        if (vanished.Count > 0)
        {
            await _store.RemoveAsync(vanished, cancellationToken).ConfigureAwait(false);
        }

        foreach (var folder in found.Unlisted)
        {
            tally.Tell(folder.Path, folder.Error);
        }

        var (group, done) = (new FileGroup(), 0);
        var reading = EmbeddingPipeline
            .Of<string>()
            .Then(path => reader.Read(path, known.GetValueOrDefault(path)), new StepOptions { Parallelism = Environment.ProcessorCount });
        await foreach (var item in reading.RunAsync(found.Files.ToAsyncEnumerable(), null, cancellationToken).ConfigureAwait(false))
        {
            if (item.Error is { } error)
            {
                tally.Fail(found.Files[done], error);
            }
            else if (item.Value is { IsKnown: true } same)
            {
                tally.Take(same, 0);
            }
            else
            {
                group.Add(item.Value!);
            }

            done++;
            if (group.Weight >= ChunksAtOnce || done == found.Files.Count)
            {
                await StoreAsync(group, tally, cancellationToken).ConfigureAwait(false);
                group = new FileGroup();
                progress?.Report(new IndexProgress(done, found.Files.Count, tally.Chunks));
            }
        }

        return tally.Report(found, vanished.Count);
    }

    private FileChoice Choice =>
        new()
        {
            Include = Include,
            Exclude = Exclude,
            TakesHidden = TakesHidden,
            FollowsGitignore = FollowsGitignore,
        };

    private async Task StoreAsync(FileGroup group, IndexTally tally, CancellationToken cancellationToken)
    {
        if (group.IsEmpty)
        {
            return;
        }

        var batch = await _embedder
            .EmbedAsync(group.Contents, new EmbedOptions { Purpose = EmbedPurpose.Document }, cancellationToken)
            .ConfigureAwait(false);
        var files = group.Embedded(batch, tally).ToList();
        await _store.ReplaceAsync(files, cancellationToken).ConfigureAwait(false);
    }
}

/// <summary>Counts what becomes of files, so that the sums of a report add up.</summary>
internal sealed class IndexTally
{
    private readonly List<IndexNote> _problems = [];
    private readonly List<IndexNote> _notes = [];
    private int _changed;
    private int _unchanged;
    private int _unread;
    private int _empty;
    private int _withoutVector;
    private int _truncated;

    /// <summary>What went wrong so far.</summary>
    public IReadOnlyList<IndexNote> Problems => _problems;

    /// <summary>Chunks embedded.</summary>
    public int Chunks { get; private set; }

    /// <summary>A file is in the store: as it was, or anew with so many vectors.</summary>
    public void Take(ReadFile file, int vectors)
    {
        _ = file.IsKnown ? _unchanged++ : _changed++;
        _empty += file.Mark.IsEmpty ? 1 : 0;
        _withoutVector += file.Mark.WithoutVector;
        _truncated += file.Mark.Truncated;
        Chunks += vectors;
        foreach (var problem in file.Problems)
        {
            Tell(file.Path, problem);
        }

        _notes.AddRange(file.Notes.Select(note => new IndexNote(file.Path, note)));
    }

    /// <summary>Nothing of a file could be read.</summary>
    public void Fail(string path, SimileException error)
    {
        _unread++;
        Tell(path, error);
    }

    /// <summary>Something is wrong with what is no file of its own.</summary>
    public void Tell(string path, SimileException error) => _problems.Add(new IndexNote(path, error.Description) { Error = error });

    /// <summary>Something is to be said of a path.</summary>
    public void Note(string path, string message) => _notes.Add(new IndexNote(path, message));

    /// <summary>The report.</summary>
    public IndexReport Report(FoundDocuments found, int removed) =>
        new(found.Files.Count, _changed, removed, Chunks, _problems)
        {
            Unchanged = _unchanged,
            Unread = _unread,
            Empty = _empty,
            WithoutVector = _withoutVector,
            Truncated = _truncated,
            Notes = _notes,
            PassedOver = found.PassedOver,
        };
}

/// <summary>Which files of a store are gone. What cannot be seen just now (a folder that cannot be listed, a disk that is not mounted) is
/// not gone.</summary>
/// <param name="found">What lies under the paths.</param>
/// <param name="known">The files in the store.</param>
/// <param name="prune">Whether everything may go.</param>
internal sealed class VanishedFiles(FoundDocuments found, IReadOnlyCollection<string> known, bool prune)
{
    private readonly HashSet<string> _present = [.. found.Files];

    /// <summary>The files of the store under some paths that are gone. Where that would be all of them, none is, and a problem is
    /// told.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.PathNotFound"/> for a path that neither the disk nor the store
    /// has.</exception>
    public IReadOnlyList<string> Under(IEnumerable<string> paths, IndexTally tally)
    {
        var gone = new HashSet<string>(StringComparer.Ordinal);
        foreach (
            var root in paths.Select(path => Path.TrimEndingDirectorySeparator(Path.GetFullPath(path))).Distinct(StringComparer.Ordinal)
        )
        {
            var held = known.Where(path => IsUnder(path, root)).ToList();
            if (held.Count == 0 && found.Missing.Contains(root, StringComparer.Ordinal))
            {
                throw DocumentFinder.Missing(root);
            }

            var vanished = held.Where(IsGone).ToList();
            if (vanished.Count > 0 && vanished.Count == held.Count && !prune && !found.Files.Any(file => IsUnder(file, root)))
            {
                tally.Tell(
                    root,
                    new SimileException(
                        ErrorCode.EverythingGone,
                        $"All {held.Count} documents that the index holds of it are gone: is a disk not mounted, or the folder moved? "
                            + "They stay in the index until pruning is asked for."
                    )
                );
                continue;
            }

            gone.UnionWith(vanished);
        }

        return [.. gone];
    }

    // A file that is there and not found is one that was passed over this time: it was named itself, or the model in use embeds no
    // pictures. What was left out by choice is to be found no more.
    private bool IsGone(string path) =>
        !_present.Contains(path)
        && !found.Unlisted.Any(folder => IsUnder(path, folder.Path))
        && (!(File.Exists(path) && RegularFile.IsRegular(path)) || found.Refused.Any(refused => IsUnder(path, refused)));

    private static bool IsUnder(string path, string root) =>
        path == root
        || path.StartsWith(
            root.EndsWith(Path.DirectorySeparatorChar) ? root : root + Path.DirectorySeparatorChar,
            StringComparison.Ordinal
        );
}
