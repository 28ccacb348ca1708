using Simile.Ingestion;
using Simile.Multimodal;
using Simile.Pipelines;
using Simile.Text;
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
    /// <param name="tokenizer">The tokenizer of the model's texts, to count tokens with; null when it embeds pictures only. The model's own limit holds where its texts are a <see cref="TextEmbedder"/>'s; where something is wrapped around that, give the embedder itself.</param>
    /// <param name="options">How documents are cut.</param>
    public IndexBuilder(IChunkStore store, ContentEmbedder embedder, ITokenizer? tokenizer, ChunkerOptions? options = null)
        : this(store, embedder, ChunkerOf(embedder, tokenizer, options))
    {
    }

    /// <summary>Makes a builder that cuts documents to what a model of texts reads.</summary>
    /// <param name="store">The store.</param>
    /// <param name="embedder">The model. Of a folder, the kinds of files that it embeds are taken.</param>
    /// <param name="texts">The embedder of texts that stands behind <paramref name="embedder"/>, whatever is wrapped around it; null when it embeds pictures only.</param>
    /// <param name="options">How documents are cut.</param>
    public IndexBuilder(IChunkStore store, ContentEmbedder embedder, TextEmbedder? texts, ChunkerOptions? options = null)
        : this(store, embedder, texts is null ? null : new Chunker(texts, options))
    {
    }

    private IndexBuilder(IChunkStore store, ContentEmbedder embedder, Chunker? chunker)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(embedder);
        (_store, _embedder, _reader) = (store, embedder, new FileReader(embedder, chunker));
    }

    /// <summary>Whether documents are taken out even where everything under a path is gone. Default: they stay, and a problem tells of it, since a disk may not be mounted.</summary>
    public bool Prune { get; init; }

    /// <summary>Indexes files and folders.</summary>
    /// <param name="paths">The files and folders; of those in the store that lie under them, the vanished are taken out.</param>
    /// <param name="progress">Hears of every group of files.</param>
    /// <param name="cancellationToken">Stops between groups of files.</param>
    /// <exception cref="SimileException"><see cref="ErrorCode.PathNotFound"/>, <see cref="ErrorCode.IndexOfAnotherSpace"/>, other codes of the 400s.</exception>
    public async Task<IndexReport> BuildAsync(IReadOnlyList<string> paths, IProgress<IndexProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        _store.EnsureSpace(_embedder.Space);
        var (found, known, tally) = (DocumentFinder.Walk(paths, _reader.Wants), _store.Files(), new IndexTally());
        var vanished = new VanishedFiles(found, [.. known.Keys], Prune).Under(paths, tally);
        if (vanished.Count > 0)
        {
            _store.Remove(vanished);
        }

        foreach (var folder in found.Unlisted)
        {
            tally.Tell(folder.Path, folder.Error);
        }

        var (group, done) = (new FileGroup(), 0);
        var reading = EmbeddingPipeline.Of<string>().Then(path => _reader.Read(path, known.GetValueOrDefault(path)), new StepOptions { Parallelism = Environment.ProcessorCount });
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

    private static Chunker? ChunkerOf(ContentEmbedder embedder, ITokenizer? tokenizer, ChunkerOptions? options) =>
        tokenizer is null ? null : embedder?.Texts is TextEmbedder texts && texts.Tokenizer == tokenizer ? new Chunker(texts, options) : new Chunker(tokenizer, options);

    private async Task StoreAsync(FileGroup group, IndexTally tally, CancellationToken cancellationToken)
    {
        if (group.IsEmpty)
        {
            return;
        }

        var batch = await _embedder.EmbedAsync(group.Contents, new EmbedOptions { Purpose = EmbedPurpose.Document }, cancellationToken).ConfigureAwait(false);
        var files = group.Embedded(batch, tally).ToList();
        _store.Replace(files);
    }
}
