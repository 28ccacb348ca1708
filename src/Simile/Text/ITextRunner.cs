using Simile.Tokenization;
using Simile.Vectors;

namespace Simile.Text;

/// <summary>Brings texts through a network, from characters to vectors. One text's error never touches another's vector.</summary>
internal interface ITextRunner : IDisposable
{
    /// <summary>Values a vector, before dimensions are cut.</summary>
    int Dimensions { get; }

    /// <summary>The network and its arithmetic, for the recipe.</summary>
    string Network { get; }

    /// <summary>Fills the block and the outcomes, one for each input.</summary>
    void Run(IReadOnlyList<string> inputs, TextRequest request, float[] block, EmbeddingOutcome[] outcomes, CancellationToken cancellationToken);

    /// <summary>Tokens that stand in every text: special ones, and those of a prompt.</summary>
    int CountFixed(string prompt);

    /// <summary>Appends what the network sees of a text, special tokens included, cut to the limit.</summary>
    /// <returns>Tokens before the cut.</returns>
    int Tokenize(string text, int maxTokens, TokenBuffer tokens);
}
