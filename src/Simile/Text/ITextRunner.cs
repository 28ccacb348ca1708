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

    /// <summary>Whether a call takes microseconds, so that another thread would cost more than it saves.</summary>
    bool IsQuick(IReadOnlyList<string> inputs);

    /// <summary>Fills the block and the outcomes, one for each input.</summary>
    void Run(TextCall call, CancellationToken cancellationToken);

    /// <summary>Tokens that stand in every text: special ones, and those of a prompt.</summary>
    int CountFixed(string prompt);

    /// <summary>Appends what the network sees of a text, special tokens included, cut to the limit.</summary>
    /// <returns>Tokens before the cut.</returns>
    int Tokenize(string text, int maxTokens, TokenBuffer tokens);
}

/// <summary>One call on its way through a network.</summary>
/// <param name="Inputs">The texts (B).</param>
/// <param name="Request">The call's options, settled against the model.</param>
/// <param name="Block">Gets the vectors, (B, D).</param>
/// <param name="Outcomes">Gets what became of each, (B).</param>
internal sealed record TextCall(IReadOnlyList<string> Inputs, TextRequest Request, float[] Block, EmbeddingOutcome[] Outcomes)
{
    /// <summary>The row (D) of an input.</summary>
    public Span<float> Row(int index) => Block.AsSpan(index * Request.Space.Dimensions, Request.Space.Dimensions);
}
