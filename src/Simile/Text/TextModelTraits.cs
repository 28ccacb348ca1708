using Simile.Models;

namespace Simile.Text;

/// <summary>What an embedder has to know of its model beside the network.</summary>
/// <param name="WeightsDigest">SHA-256 of the weights.</param>
/// <param name="MaxTokens">Most tokens of a text that are used, or null for all.</param>
/// <param name="Prompts">What is put before a text, by purpose.</param>
/// <param name="Behind">What is done behind the network, for the recipe.</param>
/// <param name="Notes">What was assumed, for the user to read.</param>
/// <param name="DefaultPrompt">What is put before a text whose purpose is not said; empty for nothing.</param>
internal sealed record TextModelTraits(
    string WeightsDigest,
    int? MaxTokens,
    IReadOnlyDictionary<string, string> Prompts,
    string Behind,
    IReadOnlyList<string> Notes,
    string DefaultPrompt = ""
)
{
    /// <summary>How vectors end.</summary>
    public VectorCut Cut { get; init; }

    /// <summary>How a search with the model fuses its rankings.</summary>
    public required SearchSettings Search { get; init; }
}
