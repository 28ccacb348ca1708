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

    /// <summary>The files with their vectors. A text that can have none is kept for its words; a file that an error of another kind hits is
    /// left as the store has it.</summary>
    public IEnumerable<IndexedFile> Embedded(EmbeddingBatch batch, IndexTally tally)
    {
        var row = 0;
        foreach (var file in _files)
        {
            var first = row;
            row += file.Chunks.Count;
            var outcomes = batch.Outcomes.Slice(first, file.Chunks.Count).ToArray();
            var failed = Array.FindIndex(outcomes, outcome => outcome.Error is { } error && !IsOfText(error));
            if (failed >= 0)
            {
                tally.Fail(file.Path, ErrorOf(file.Chunks[failed], outcomes[failed].Error!));
                continue;
            }

            var vectors = outcomes
                .Select(
                    (outcome, i) => outcome.Error is null ? batch.Block.Slice((first + i) * batch.Dimensions, batch.Dimensions) : default
                )
                .ToList();
            var mark = file.Mark with
            {
                WithoutVector = outcomes.Count(outcome => outcome.Error is not null),
                Truncated = outcomes.Count(outcome => outcome.Truncated),
            };
            tally.Take(file with { Mark = mark }, vectors.Count(vector => !vector.IsEmpty));
            yield return new IndexedFile(file.Path, mark.ToString(), file.Chunks, vectors);
        }
    }

    private static bool IsOfText(SimileException error) =>
        error.Code is ErrorCode.EmptyText or ErrorCode.NoKnownTokens or ErrorCode.InvalidUnicode;

    private static SimileException ErrorOf(Chunk chunk, SimileException error) =>
        chunk.IsPicture
            ? error
            : new SimileException(error.Code, $"Lines {chunk.StartLine} to {chunk.EndLine}: {error.Description}", error);
}
