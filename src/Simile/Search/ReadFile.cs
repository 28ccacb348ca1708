using Simile.Ingestion;
using Simile.Multimodal;

namespace Simile.Search;

/// <summary>A file that was read and cut, ready to be embedded.</summary>
/// <param name="Path">Its path.</param>
/// <param name="Fingerprint">Changes when the file's content, or the way it is cut and embedded, does.</param>
/// <param name="Chunks">Its chunks.</param>
/// <param name="Contents">What is embedded for each.</param>
internal sealed record ReadFile(string Path, string Fingerprint, IReadOnlyList<Chunk> Chunks, IReadOnlyList<Content> Contents);
