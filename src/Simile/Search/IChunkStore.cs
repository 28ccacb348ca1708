using Simile.Vectors;

namespace Simile.Search;

/// <summary>Keeps the chunks of files with their vectors. Each change is whole or not at all, whenever the process ends. Safe to call from several threads.</summary>
public interface IChunkStore : IDisposable
{
    /// <summary>A number that is another one after every change of the store, whoever made it.</summary>
    long Version { get; }

    /// <summary>A note that is kept with the store, such as its model's name; null when there is none.</summary>
    string? Property(string name);

    /// <summary>Keeps a note, in place of an older one of that name.</summary>
    void SetProperty(string name, string value);

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

    /// <summary>Every sound vector, in the order of the chunks' ids.</summary>
    ChunkVectors ReadVectors();

    /// <summary>The chunks that hold words of the query, best first, scored by BM25 (higher is better).</summary>
    IReadOnlyList<ScoredChunk> SearchWords(string query, int limit);

    /// <summary>A chunk by its id, or null when it is there no more. Ids are never used again.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.BadStore"/> when the chunk's row is damaged.</exception>
    StoredChunk? Read(long id);
}
