using Simile.Ingestion;
using Simile.Multimodal;
using Simile.Pipelines;
using Simile.Tokenization;
using Simile.Vectors;

namespace Simile.Search;

/// <summary>Brings a store up to date with files: only what is new or changed is embedded, what vanished is taken out. Stopped half way, it keeps what is done.</summary>
public sealed class IndexBuilder
{
    private const int ChunksAtOnce = 1024;
    private readonly IChunkStore _store;
    private readonly ContentEmbedder _embedder;
    private readonly FileReader _reader;

    /// <summary>Makes a builder.</summary>
    /// <param name="store">The store.</param>
    /// <param name="embedder">The model. Of a folder, the kinds of files that it embeds are taken.</param>
    /// <param name="tokenizer">The tokenizer of the model's texts, to count tokens with; null when it embeds pictures only.</param>
    /// <param name="options">How documents are cut.</param>
    public IndexBuilder(IChunkStore store, ContentEmbedder embedder, ITokenizer? tokenizer, ChunkerOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(embedder);
        (_store, _embedder) = (store, embedder);
        _reader = new FileReader(embedder, tokenizer, options ?? new ChunkerOptions());
    }

    /// <summary>Indexes files and folders.</summary>
    /// <param name="paths">The files and folders; of those in the store that lie under them, the vanished are taken out.</param>
    /// <param name="progress">Hears of every group of files.</param>
    /// <param name="cancellationToken">Stops between groups of files.</param>
    /// <exception cref="SimileException"><see cref="ErrorCode.PathNotFound"/>, <see cref="ErrorCode.IndexOfAnotherSpace"/>, other codes of the 400s.</exception>
    public async Task<IndexReport> BuildAsync(IReadOnlyList<string> paths, IProgress<IndexProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        _store.EnsureSpace(_embedder.Space);
        var found = DocumentFinder.Find(paths, _reader.Wants);
        var known = _store.Files();
        var vanished = Vanished(paths, found, known.Keys);
        if (vanished.Count > 0)
        {
            _store.Remove(vanished);
        }

        var problems = new List<IndexProblem>();
        var group = new FileGroup();
        var (changed, chunks, done) = (0, 0, 0);
        var reading = EmbeddingPipeline.Of<string>().Then(path => _reader.Read(path, known.GetValueOrDefault(path)), new StepOptions { Parallelism = Environment.ProcessorCount });
        await foreach (var item in reading.RunAsync(found.ToAsyncEnumerable(), null, cancellationToken).ConfigureAwait(false))
        {
            if (item.Error is { } error)
            {
                TakeOut(found[done], error, known, problems);
            }
            else if (item.Value is { } file)
            {
                group.Add(file);
                changed++;
            }

            done++;
            if (group.Weight >= ChunksAtOnce || done == found.Count)
            {
                chunks += await StoreAsync(group, problems, cancellationToken).ConfigureAwait(false);
                group = new FileGroup();
                progress?.Report(new IndexProgress(done, found.Count, chunks));
            }
        }

        return new IndexReport(found.Count, changed, vanished.Count, chunks, problems);
    }

    private static List<string> Vanished(IReadOnlyList<string> paths, IReadOnlyList<string> found, IEnumerable<string> known)
    {
        var present = found.ToHashSet(StringComparer.Ordinal);
        var roots = paths.Select(path => Path.TrimEndingDirectorySeparator(Path.GetFullPath(path))).ToList();
        return [.. known.Where(path => !present.Contains(path) && roots.Exists(root => path == root || path.StartsWith(root + Path.DirectorySeparatorChar, StringComparison.Ordinal)))];
    }

    private void TakeOut(string path, SimileException error, IReadOnlyDictionary<string, string> known, List<IndexProblem> problems)
    {
        problems.Add(new IndexProblem(path, error));
        if (known.ContainsKey(path))
        {
            _store.Remove([path]);
        }
    }

    private async Task<int> StoreAsync(FileGroup group, List<IndexProblem> problems, CancellationToken cancellationToken)
    {
        if (group.IsEmpty)
        {
            return 0;
        }

        var batch = await _embedder.EmbedAsync(group.Contents, new EmbedOptions { Purpose = EmbedPurpose.Document }, cancellationToken).ConfigureAwait(false);
        var files = group.Embedded(batch, problems).ToList();
        _store.Replace(files);
        return files.Sum(file => file.Vectors.Count);
    }
}
