using System.Runtime.InteropServices;
using Simile.Ingestion;
using Simile.Vectors;

namespace Simile.Search;

/// <summary>A document in a store, or on its way into one: a file, or a text of one's own.</summary>
/// <param name="Path">The file's path, or the text's id.</param>
/// <param name="Fingerprint">Changes when the document's content, or the way it is cut and embedded, does.</param>
/// <param name="Chunks">Its chunks.</param>
/// <param name="Vectors">A vector each, (D); an empty one where a chunk has none and is found by its words only.</param>
public sealed record IndexedFile(string Path, string Fingerprint, IReadOnlyList<Chunk> Chunks, IReadOnlyList<ReadOnlyMemory<float>> Vectors)
{
    /// <summary>Throws unless a store can take these in one change: each name once, a vector or none a chunk, each of the store's length
    /// and finite, sound metadata.</summary>
    /// <param name="files">The documents.</param>
    /// <param name="dimensions">Values of the store's vectors; 0 where it has no space yet.</param>
    /// <exception cref="SimileException"><see cref="ErrorCode.InvalidOption"/>, <see cref="ErrorCode.SpaceMismatch"/>,
    /// <see cref="ErrorCode.InvalidVector"/>, <see cref="ErrorCode.InvalidUnicode"/>.</exception>
    internal static void Require(IReadOnlyList<IndexedFile> files, int dimensions)
    {
        if (files.CountBy(file => file.Path, StringComparer.Ordinal).FirstOrDefault(path => path.Value > 1) is { Key: { } twice } found)
        {
            throw new SimileException(
                ErrorCode.InvalidOption,
                $"'{twice}' was given {found.Value} times in one change; a name stands for one file. Give each a name of its own."
            );
        }

        foreach (var file in files)
        {
            if (file.Chunks.Count != file.Vectors.Count)
            {
                throw new SimileException(
                    ErrorCode.InvalidOption,
                    $"'{file.Path}' has {file.Chunks.Count} chunks and {file.Vectors.Count} vectors; one vector each, an empty one "
                        + "for none, is expected."
                );
            }

            foreach (var chunk in file.Chunks)
            {
                ChunkMetadata.Require(chunk.Metadata);
            }

            foreach (var vector in file.Vectors.Where(vector => !vector.IsEmpty))
            {
                RequireVector(file.Path, vector.Span, dimensions);
            }
        }
    }

    private static void RequireVector(string path, ReadOnlySpan<float> vector, int dimensions)
    {
        if (vector.Length != dimensions)
        {
            var wanted =
                dimensions == 0
                    ? "the store has no space yet. Tell it the model's first"
                    : $"those of the store have {dimensions}. Embed with the store's model";
            throw new SimileException(ErrorCode.SpaceMismatch, $"A vector of '{path}' has {vector.Length} values, but {wanted}.");
        }

        if (!Finite.Holds(vector))
        {
            throw Finite.Error($"A vector of '{path}'", vector, "Leave the chunk without a vector, or embed it again.");
        }
    }
}

/// <summary>A chunk as it lies in a store.</summary>
/// <param name="Id">Its id, never used again.</param>
/// <param name="Path">Its document: a file's path, or a text's id.</param>
/// <param name="Chunk">Its text, place and metadata; empty where it is damaged.</param>
public sealed record StoredChunk(long Id, string Path, Chunk Chunk)
{
    /// <summary>Its vector (D); empty where it has none, or a damaged one.</summary>
    public ReadOnlyMemory<float> Vector { get; init; }

    /// <summary>What is wrong with its row (<see cref="ErrorCode.BadStore"/>), or null where it is sound.</summary>
    public SimileException? Damage { get; init; }
}

/// <summary>A chunk's id with a score; higher is better.</summary>
/// <param name="Id">The id.</param>
/// <param name="Score">The score.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct ScoredChunk(long Id, double Score)
{
    /// <summary>Whether it is a picture, as far as the ranking knows.</summary>
    public bool IsPicture { get; init; }
}

/// <summary>What a store holds at one time.</summary>
/// <param name="Version">Another number after every change of the store, whoever made it.</param>
/// <param name="Chunks">Chunks, with and without a vector.</param>
/// <param name="Vectors">Vectors that can be searched.</param>
/// <param name="Dimensions">Values a vector (D); 0 where the store has no space yet.</param>
public sealed record StoreSummary(long Version, long Chunks, long Vectors, int Dimensions)
{
    /// <summary>Vectors that are damaged (another length, values that are not finite) and left out.</summary>
    public long Damaged { get; init; }
}
