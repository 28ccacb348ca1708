using System.Runtime.InteropServices;

namespace Simile.Ingestion;

/// <summary>The smallest piece that chunks are put together from: a sentence, or a line of code.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct ChunkUnit(string Text, int StartLine, int EndLine, int Tokens, string Separator);
