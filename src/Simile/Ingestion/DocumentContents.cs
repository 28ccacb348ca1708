namespace Simile.Ingestion;

/// <summary>What was read of a document.</summary>
/// <param name="Blocks">Its blocks, in order.</param>
/// <param name="Problems">What of it could not be read, each with its line; the rest is in the blocks.</param>
/// <param name="Notes">What was guessed or replaced, for the user to read; usually empty.</param>
internal sealed record DocumentContents(
    IReadOnlyList<TextBlock> Blocks,
    IReadOnlyList<SimileException> Problems,
    IReadOnlyList<string> Notes
);
