using Simile.Ingestion;
using Simile.Multimodal;
using Simile.Vectors;

namespace Simile.Search;

/// <summary>Texts of one's own, by id: put in, taken out, found by meaning and by words, filtered by their metadata. Over a store and a
/// model, neither of which it owns. Safe for many callers; of two that put in one id at once, the last counts.</summary>
/// <remarks>A text is cut into passages as files are (<see cref="ChunkerOptions"/>): to what the model reads. One that is as the store
/// has it is not embedded again; where only its metadata is another, that alone is changed.
/// Texts and files (<see cref="IndexBuilder"/>) may share a store: an id is then like a path.</remarks>
public sealed class TextIndex
{
    private const int ChunksAtOnce = 1024;
    private readonly IChunkStore _store;
    private readonly IEmbedder<Content> _embedder;
    private readonly ChunkerOptions? _options;
    private readonly Searcher _searcher;
    private volatile TextCutter? _cutter;

    /// <summary>Makes an index over a store and a model of texts.</summary>
    /// <param name="store">The store.</param>
    /// <param name="embedder">The model, whatever is put around it.</param>
    /// <param name="options">How texts are cut.</param>
    /// <exception cref="SimileException"><see cref="ErrorCode.InvalidOption"/>.</exception>
    public TextIndex(IChunkStore store, IEmbedder<string> embedder, ChunkerOptions? options = null)
        : this(store, new ContentEmbedder(embedder ?? throw new ArgumentNullException(nameof(embedder)), null), options) { }

    /// <summary>Makes an index over a store and a model that embeds texts, and maybe pictures.</summary>
    /// <inheritdoc cref="TextIndex(IChunkStore, IEmbedder{string}, ChunkerOptions?)"/>
    public TextIndex(IChunkStore store, IEmbedder<Content> embedder, ChunkerOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(embedder);
        (_store, _embedder, _options, _searcher) = (store, embedder, options?.Checked(), new Searcher(store, embedder));
    }

    /// <summary>What had to be assumed, for the user to read; usually empty. Known after the first text.</summary>
    public IReadOnlyList<string> Notes => _cutter is { IsEstimate: true } ? [Chunker.Estimated] : [];

    /// <summary>Puts a text in, in place of what the index had under its id.</summary>
    /// <param name="id">Its id: any text of up to 1,024 characters.</param>
    /// <param name="text">The text, of any length.</param>
    /// <param name="metadata">What it may be filtered by; null for nothing.</param>
    /// <param name="cancellationToken">Stops the work; the index is then as it was.</param>
    /// <exception cref="SimileException">The text cannot be stored (<see cref="ErrorCode.EmptyText"/>,
    /// <see cref="ErrorCode.InvalidUnicode"/>, <see cref="ErrorCode.InvalidOption"/>, what the model says of it);
    /// <see cref="ErrorCode.IndexOfAnotherSpace"/>, or another code of the 400s.</exception>
    public async Task<TextOutcome> UpsertAsync(
        string id,
        string text,
        IReadOnlyDictionary<string, MetadataValue>? metadata = null,
        CancellationToken cancellationToken = default
    )
    {
        var outcomes = await UpsertAsync([new TextEntry(id, text, metadata)], cancellationToken).ConfigureAwait(false);
        return outcomes[0].Error is { } error ? throw error : outcomes[0];
    }

    /// <summary>Puts many texts in. A bad one is one outcome with an error and never fails the others.</summary>
    /// <param name="texts">The texts; an id that is given more than once is an error of each.</param>
    /// <param name="cancellationToken">Stops the work between groups of texts; what is stored stays.</param>
    /// <returns>One outcome a text, in their order.</returns>
    /// <exception cref="SimileException"><see cref="ErrorCode.IndexOfAnotherSpace"/>, or another code of the 400s; what the model says of
    /// all.</exception>
    public async Task<IReadOnlyList<TextOutcome>> UpsertAsync(IReadOnlyList<TextEntry> texts, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(texts);
        var cutter = _cutter ??= await OpenAsync(cancellationToken).ConfigureAwait(false);
        var outcomes = new TextOutcome?[texts.Count];
        cutter.Refuse(texts, outcomes);
        var known = await _store
            .ListFilesAsync([.. texts.Where((_, i) => outcomes[i] is null).Select(text => text.Id)], cancellationToken)
            .ConfigureAwait(false);
        var (group, first) = (new FileGroup(), 0);
        for (var i = 0; i < texts.Count; i++)
        {
            outcomes[i] ??= await TakeKnownAsync(texts[i], known, cutter, cancellationToken).ConfigureAwait(false);
            if (outcomes[i] is null)
            {
                var text = texts[i];
                group.Add(await Task.Run(() => cutter.Cut(text), cancellationToken).ConfigureAwait(false));
            }

            if (group.Weight >= ChunksAtOnce || i == texts.Count - 1)
            {
                await StoreAsync(group, texts, outcomes, first..(i + 1), cancellationToken).ConfigureAwait(false);
                (group, first) = (new FileGroup(), i + 1);
            }
        }

        return Array.ConvertAll(outcomes, outcome => outcome!);
    }

    /// <summary>Takes a text out.</summary>
    /// <returns>Whether it was there.</returns>
    /// <exception cref="SimileException">A code of the 400s.</exception>
    public async Task<bool> RemoveAsync(string id, CancellationToken cancellationToken = default) =>
        await RemoveAsync([id], cancellationToken).ConfigureAwait(false) > 0;

    /// <summary>Takes texts out, all in one change.</summary>
    /// <returns>How many there were.</returns>
    /// <exception cref="SimileException">A code of the 400s.</exception>
    public async Task<int> RemoveAsync(IReadOnlyCollection<string> ids, CancellationToken cancellationToken = default) =>
        await _store.RemoveAsync(ids, cancellationToken).ConfigureAwait(false);

    /// <summary>The best passages for a query, each with its text's id and metadata; a long text may give several.</summary>
    /// <param name="query">What is looked for.</param>
    /// <param name="options">Options, such as a filter, or null for the defaults.</param>
    /// <param name="cancellationToken">Stops the search.</param>
    /// <exception cref="SimileException">As <see cref="Searcher.SearchAsync"/>; <see cref="ErrorCode.IndexOfAnotherSpace"/>.</exception>
    public Task<SearchResults> SearchAsync(string query, SearchOptions? options = null, CancellationToken cancellationToken = default) =>
        _searcher.SearchAsync(Content.Of(query), options, cancellationToken);

    private async Task<TextCutter> OpenAsync(CancellationToken cancellationToken)
    {
        // Who has to load a model for its space is not waited for here.
        await _store
            .EnsureSpaceAsync(await Task.Run(() => _embedder.Space, cancellationToken).ConfigureAwait(false), cancellationToken)
            .ConfigureAwait(false);
        return await Task.Run(() => TextCutter.Of(_embedder, _options), cancellationToken).ConfigureAwait(false);
    }

    // What the store has of a text needs no model: all of it, or all but its metadata.
    private async ValueTask<TextOutcome?> TakeKnownAsync(
        TextEntry text,
        IReadOnlyDictionary<string, string> known,
        TextCutter cutter,
        CancellationToken cancellationToken
    )
    {
        if (!known.TryGetValue(text.Id, out var stored) || cutter.MarkOf(text, FileMark.Parse(stored)) is not { } mark)
        {
            return null;
        }

        var outcome = new TextOutcome(text.Id, 0) { WithoutVector = mark.WithoutVector, Truncated = mark.Truncated };
        if (mark.ToString() == stored)
        {
            return outcome with { Unchanged = true };
        }

        try
        {
            var files = await _store.ReadFilesAsync([text.Id], cancellationToken).ConfigureAwait(false);
            var changed = files
                .Select(file =>
                    file with
                    {
                        Fingerprint = mark.ToString(),
                        Chunks = [.. file.Chunks.Select(chunk => chunk with { Metadata = text.Metadata ?? ChunkMetadata.None })],
                    }
                )
                .ToList();
            await _store.ReplaceAsync(changed, cancellationToken).ConfigureAwait(false);
            return changed.Count == 0 ? null : outcome;
        }
        catch (SimileException error) when (error.Code == ErrorCode.BadStore)
        {
            // What is damaged is made anew.
            return null;
        }
    }

    // The texts of a group lie within a range, among others that were settled before.
    private async Task StoreAsync(
        FileGroup group,
        IReadOnlyList<TextEntry> texts,
        TextOutcome?[] outcomes,
        Range range,
        CancellationToken cancellationToken
    )
    {
        if (group.IsEmpty)
        {
            return;
        }

        var batch = await _embedder
            .EmbedAsync(group.Contents, new EmbedOptions { Purpose = EmbedPurpose.Document }, cancellationToken)
            .ConfigureAwait(false);
        var tally = new IndexTally();
        var files = group.Embedded(batch, tally).ToDictionary(file => file.Path, StringComparer.Ordinal);
        await _store.ReplaceAsync([.. files.Values], cancellationToken).ConfigureAwait(false);
        var errors = tally.Problems.ToDictionary(problem => problem.Path, problem => problem.Error!, StringComparer.Ordinal);
        for (var i = range.Start.Value; i < range.End.Value; i++)
        {
            outcomes[i] ??=
                errors.TryGetValue(texts[i].Id, out var error) ? new TextOutcome(texts[i].Id, 0, error)
                : files.TryGetValue(texts[i].Id, out var file) ? OutcomeOf(file)
                : null;
        }
    }

    private static TextOutcome OutcomeOf(IndexedFile file)
    {
        var mark = FileMark.Parse(file.Fingerprint);
        return new TextOutcome(file.Path, file.Chunks.Count - mark.WithoutVector)
        {
            WithoutVector = mark.WithoutVector,
            Truncated = mark.Truncated,
        };
    }
}

/// <summary>A text of one's own, on its way into a <see cref="TextIndex"/>.</summary>
/// <param name="Id">Its id: any text of up to 1,024 characters.</param>
/// <param name="Text">The text, of any length.</param>
/// <param name="Metadata">What it may be filtered by; null for nothing.</param>
public sealed record TextEntry(string Id, string Text, IReadOnlyDictionary<string, MetadataValue>? Metadata = null);

/// <summary>What became of a text that was put in.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Chunks">Passages that were embedded; 0 where the text was there already.</param>
/// <param name="Error">Why it was not stored, so that the index has of it what it had before; null where it was.</param>
public sealed record TextOutcome(string Id, int Chunks, SimileException? Error = null)
{
    /// <summary>Whether it is in the index as it was given.</summary>
    public bool Succeeded => Error is null;

    /// <summary>Whether the index had it already, with the same metadata.</summary>
    public bool Unchanged { get; init; }

    /// <summary>Passages that the model knows no word of: they have no vector and are found by their words.</summary>
    public int WithoutVector { get; init; }

    /// <summary>Passages that are longer than the model reads, so that their ends are found by words only.</summary>
    public int Truncated { get; init; }
}
