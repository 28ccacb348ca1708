using Simile.Vectors;

namespace Simile.Search;

/// <summary>Keeps the chunks of files with their vectors. Each change is whole or not at all, whenever the process ends.</summary>
public interface IChunkStore : IDisposable
{
    /// <summary>Makes the store one of this space, or checks that it is.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.IndexOfAnotherSpace"/>.</exception>
    void EnsureSpace(EmbeddingSpace space);

    /// <summary>The files in the store, each with the fingerprint it was put in with.</summary>
    IReadOnlyDictionary<string, string> Files();

    /// <summary>Puts files in, in place of what the store had of them, all in one change.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.StoreBusy"/> when another process keeps the store too long.</exception>
    void Replace(IReadOnlyList<IndexedFile> files);

    /// <summary>Takes files out, all in one change.</summary>
    void Remove(IReadOnlyList<string> paths);

    /// <summary>Every vector, in the order of the chunks' ids.</summary>
    ChunkVectors ReadVectors();

    /// <summary>The chunks that hold words of the query, best first, scored by BM25 (higher is better).</summary>
    IReadOnlyList<ScoredChunk> SearchWords(string query, int limit);

    /// <summary>A chunk by its id.</summary>
    StoredChunk Read(long id);
}
