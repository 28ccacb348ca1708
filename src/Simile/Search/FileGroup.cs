using Simile.Ingestion;
using Simile.Vectors;

namespace Simile.Search;

/// <summary>Files that are embedded and stored together.</summary>
internal sealed class FileGroup
{
    private readonly List<(string Path, string Fingerprint, List<Chunk> Chunks)> _files = [];
    private readonly List<string> _texts = [];

    public bool IsEmpty => _files.Count == 0;

    public int ChunkCount => _texts.Count;

    /// <summary>The texts of all chunks, file after file.</summary>
    public IReadOnlyList<string> Texts => _texts;

    public void Add(string path, string fingerprint, List<Chunk> chunks)
    {
        _files.Add((path, fingerprint, chunks));
        _texts.AddRange(chunks.Select(chunk => chunk.EmbeddedText));
    }

    /// <summary>The files with their vectors. A chunk that has none is left out and told as a problem of its file.</summary>
    public IEnumerable<IndexedFile> Embedded(EmbeddingBatch batch, List<IndexProblem> problems)
    {
        var row = 0;
        foreach (var (path, fingerprint, chunks) in _files)
        {
            var (kept, vectors) = (new List<Chunk>(), new List<ReadOnlyMemory<float>>());
            foreach (var chunk in chunks)
            {
                if (batch.Outcomes[row].Error is { } error)
                {
                    problems.Add(new IndexProblem(path, new SimileException(error.Code, $"Lines {chunk.StartLine} to {chunk.EndLine}: {error.Message}", error)));
                }
                else
                {
                    kept.Add(chunk);
                    vectors.Add(batch.Block.Slice(row * batch.Dimensions, batch.Dimensions));
                }

                row++;
            }

            yield return new IndexedFile(path, fingerprint, kept, vectors);
        }
    }
}
