using Simile.Ingestion;
using Simile.Multimodal;

namespace Simile.Search;

/// <summary>A file that was read and cut, ready to be embedded; of one that is as the store has it, only what is to be told.</summary>
/// <param name="Path">Its path.</param>
/// <param name="Mark">What the store will remember of it, or remembers.</param>
/// <param name="IsKnown">Whether the store has it so.</param>
/// <param name="Chunks">Its chunks.</param>
/// <param name="Contents">What is embedded for each.</param>
/// <param name="Problems">What of it cannot be read.</param>
/// <param name="Notes">What was guessed or replaced.</param>
internal sealed record ReadFile(
    string Path,
    FileMark Mark,
    bool IsKnown,
    IReadOnlyList<Chunk> Chunks,
    IReadOnlyList<Content> Contents,
    IReadOnlyList<SimileException> Problems,
    IReadOnlyList<string> Notes
);
