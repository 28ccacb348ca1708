namespace Simile.Inference;

/// <summary>Tokens in, vectors or scores out: what our own engine does, and another one (a GPU, ONNX Runtime) can do in its place.
/// Immutable and safe to call from many threads.</summary>
internal interface ITextEncoder : IDisposable
{
    /// <summary>Ids there are (V).</summary>
    int Tokens { get; }

    /// <summary>Types of tokens there are; where the network knows none, any type is as good as another.</summary>
    int TokenTypes { get; }

    /// <summary>Values a row of the answer: of a vector (D), or labels (L) where a head on top gives scores.</summary>
    int Dimensions { get; }

    /// <summary>The most tokens the positions allow, special ones included.</summary>
    int MaxTokens { get; }

    /// <summary>The precision and which bits come of it, for the recipe.</summary>
    string Arithmetic { get; }

    /// <summary>Runs a task for each number below a count, side by side on the encoder's own threads; tokenizing shares them with the
    /// network.</summary>
    void Share(int count, Action<int> task);

    /// <summary>Runs texts or pairs.</summary>
    /// <param name="texts">Their tokens.</param>
    /// <param name="left">Tokens at the beginning of each that take no part in the pooling.</param>
    /// <param name="rows">Gets (B, <see cref="Dimensions"/>).</param>
    /// <param name="cancellationToken">Stops between groups of texts.</param>
    /// <exception cref="SimileException"><see cref="ErrorCode.ModelChanged"/>.</exception>
    void Forward(TokenBatch texts, int left, Memory<float> rows, CancellationToken cancellationToken);
}
