using Simile.Vectors;

namespace Simile.Search;

/// <summary>Keeps the chunks of documents with their vectors, and searches them. Safe for any number of callers at once; each change is
/// whole or not at all, whenever the process ends, and a search sees the store as it is at one time.</summary>
/// <remarks>No call computes or waits on the caller's thread. After disposal every call throws <see cref="ObjectDisposedException"/>;
/// disposal waits for the calls that run.
/// What an implementation must do is tested by <c>ChunkStoreSuite</c> (tests/Shared). Errors have the codes of the 400s where nothing
/// else is said.</remarks>
public interface IChunkStore : IAsyncDisposable, IDisposable
{
    /// <summary>What the store holds now. Cheap while nothing changes.</summary>
    ValueTask<StoreSummary> SummarizeAsync(CancellationToken cancellationToken = default);

    /// <summary>A note that is kept with the store, such as its model's name; null when there is none.</summary>
    ValueTask<string?> GetPropertyAsync(string name, CancellationToken cancellationToken = default);

    /// <summary>Keeps a note, in place of an older one of that name.</summary>
    ValueTask SetPropertyAsync(string name, string value, CancellationToken cancellationToken = default);

    /// <summary>Makes the store one of this space, or checks that it is.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.IndexOfAnotherSpace"/>.</exception>
    ValueTask EnsureSpaceAsync(EmbeddingSpace space, CancellationToken cancellationToken = default);

    /// <summary>Documents of the store, each with the fingerprint it was put in with.</summary>
    /// <param name="paths">Those that are asked for; null for all.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    ValueTask<IReadOnlyDictionary<string, string>> ListFilesAsync(
        IReadOnlyCollection<string>? paths = null,
        CancellationToken cancellationToken = default
    );

    /// <summary>Documents with all their chunks, vectors and metadata, in the order of the paths; those that are not there are left
    /// out.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.BadStore"/> when a row of theirs is damaged.</exception>
    ValueTask<IReadOnlyList<IndexedFile>> ReadFilesAsync(IReadOnlyCollection<string> paths, CancellationToken cancellationToken = default);

    /// <summary>Puts documents in, in place of what the store had of them, all in one change.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.StoreBusy"/> when another process keeps the store too long;
    /// <see cref="ErrorCode.InvalidOption"/>, <see cref="ErrorCode.InvalidUnicode"/>,
    /// <see cref="ErrorCode.InvalidVector"/> and <see cref="ErrorCode.SpaceMismatch"/> for what no store of its space can keep; nothing
    /// is changed then.</exception>
    ValueTask ReplaceAsync(IReadOnlyList<IndexedFile> files, CancellationToken cancellationToken = default);

    /// <summary>Takes documents out, all in one change.</summary>
    /// <returns>How many there were.</returns>
    ValueTask<int> RemoveAsync(IReadOnlyCollection<string> paths, CancellationToken cancellationToken = default);

    /// <summary>The chunks nearest to a vector, best first, by the metric of the store's space; ties go to the smaller id. Damaged
    /// vectors never rank.</summary>
    /// <param name="query">The vector, (D).</param>
    /// <param name="k">Chunks wanted, at least 1; fewer come back where fewer have a vector and pass the filter.</param>
    /// <param name="filter">Which chunks are looked at; null for all.</param>
    /// <param name="cancellationToken">Stops the search.</param>
    /// <returns>Scores are cosines where vectors have unit length; distances are negated, so that higher is always better.</returns>
    /// <exception cref="SimileException"><see cref="ErrorCode.SpaceMismatch"/> for a vector of another length,
    /// <see cref="ErrorCode.InvalidVector"/>, <see cref="ErrorCode.InvalidOption"/>.</exception>
    ValueTask<IReadOnlyList<ScoredChunk>> SearchVectorsAsync(
        ReadOnlyMemory<float> query,
        int k,
        ChunkFilter? filter = null,
        CancellationToken cancellationToken = default
    );

    /// <summary>The chunks that hold words of a query (<see cref="SearchWords"/>), best first, scored by BM25 (higher is
    /// better); a word of a heading counts more, and so do two words that stand side by side as in the query.</summary>
    /// <param name="query">Any text; nothing in it is syntax.</param>
    /// <param name="k">Chunks wanted, at least 1.</param>
    /// <param name="filter">Which chunks are looked at; null for all.</param>
    /// <param name="cancellationToken">Stops the search.</param>
    ValueTask<IReadOnlyList<ScoredChunk>> SearchWordsAsync(
        string query,
        int k,
        ChunkFilter? filter = null,
        CancellationToken cancellationToken = default
    );

    /// <summary>Chunks by their ids, in that order, all at one time; null for one that is there no more. A damaged row says so
    /// (<see cref="StoredChunk.Damage"/>) and never fails the others.</summary>
    ValueTask<IReadOnlyList<StoredChunk?>> ReadAsync(IReadOnlyList<long> ids, CancellationToken cancellationToken = default);
}
