using Simile.Ingestion;
using Simile.Multimodal;
using Simile.Vectors;

namespace Simile.Search;

/// <summary>Files that are embedded and stored together.</summary>
internal sealed class FileGroup
{
    // A picture costs about as much as these chunks.
    private const int ChunksAPicture = 16;
    private readonly List<ReadFile> _files = [];
    private readonly List<Content> _contents = [];

    public bool IsEmpty => _files.Count == 0;

    /// <summary>About how much work it is, in chunks of text.</summary>
    public int Weight { get; private set; }

    /// <summary>What is embedded for all chunks, file after file.</summary>
    public IReadOnlyList<Content> Contents => _contents;

    public void Add(ReadFile file)
    {
        _files.Add(file);
        _contents.AddRange(file.Contents);
        Weight += file.Contents.Sum(content => content.Image is null ? 1 : ChunksAPicture);
    }

    /// <summary>The files with their vectors. A chunk that has none is told as a problem of its file; where the model knows none of its words it is kept all the same, to be found by them.</summary>
    public IEnumerable<IndexedFile> Embedded(EmbeddingBatch batch, List<IndexProblem> problems)
    {
        var row = 0;
        foreach (var (path, fingerprint, chunks, contents) in _files)
        {
            var (kept, vectors) = (new List<Chunk>(), new List<ReadOnlyMemory<float>>());
            for (var i = 0; i < chunks.Count; i++)
            {
                var chunk = chunks[i];
                if (batch.Outcomes[row].Error is { } error)
                {
                    problems.Add(new IndexProblem(path, contents[i].Image is null ? new SimileException(error.Code, $"Lines {chunk.StartLine} to {chunk.EndLine}: {error.Message}", error) : error));
                    if (error.Code is ErrorCode.NoKnownTokens or ErrorCode.EmptyText)
                    {
                        kept.Add(chunk);
                        vectors.Add(ReadOnlyMemory<float>.Empty);
                    }
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
