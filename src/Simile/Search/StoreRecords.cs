using System.Runtime.InteropServices;
using Simile.Ingestion;

namespace Simile.Search;

/// <summary>A file on its way into a store.</summary>
/// <param name="Path">Its path.</param>
/// <param name="Fingerprint">Changes when the file's content, or the way it is cut and embedded, does.</param>
/// <param name="Chunks">Its chunks.</param>
/// <param name="Vectors">A vector each, (D); an empty one where a chunk has none and is found by its words only.</param>
public sealed record IndexedFile(string Path, string Fingerprint, IReadOnlyList<Chunk> Chunks, IReadOnlyList<ReadOnlyMemory<float>> Vectors);

/// <summary>A chunk as it lies in a store.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Path">Its file.</param>
/// <param name="Chunk">Its text and place.</param>
public sealed record StoredChunk(long Id, string Path, Chunk Chunk);

/// <summary>A chunk's id with a score; higher is better.</summary>
/// <param name="Id">The id.</param>
/// <param name="Score">The score.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct ScoredChunk(long Id, double Score);

/// <summary>All vectors of a store.</summary>
/// <param name="Ids">The chunks' ids, (N).</param>
/// <param name="Values">Their vectors, (N, D), row after row.</param>
/// <param name="Dimensions">Values a vector (D).</param>
/// <param name="Pictures">The ids of those that are pictures.</param>
public sealed record ChunkVectors(long[] Ids, float[] Values, int Dimensions, IReadOnlySet<long> Pictures)
{
    /// <summary>Vectors that are damaged (another length, values that are not finite) and left out.</summary>
    public int Damaged { get; init; }

    /// <summary>Chunks in the store, with and without a vector.</summary>
    public int Chunks { get; init; } = Ids.Length;
}
