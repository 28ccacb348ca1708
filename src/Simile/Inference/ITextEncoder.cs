using System.Collections.Immutable;

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

    /// <summary>The files the weights came from.</summary>
    ImmutableArray<string> WeightFiles { get; }

    /// <summary>Where each text ends whose vector is one token's state, or null where all tokens take part in the pooling, or the network
    /// itself sees to it.</summary>
    EndTokenPooling? EndTokenPooling => null;

    /// <summary>The row of the first position.</summary>
    int FirstPosition => 0;

    /// <summary>Which of the network's outputs the vectors are, where they are not what the folder's own modules make of its states; null
    /// where they are.</summary>
    string? OwnOutput => null;

    /// <summary>What was chosen or assumed, for the user to read.</summary>
    ImmutableArray<string> Notes => [];

    /// <summary>Throws when a file of the weights was changed since it was opened, so that what was read and a digest of the files may not
    /// belong together.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.ModelChanged"/>.</exception>
    void EnsureUnchanged();

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

/// <summary>Tokens of several texts, or of several pairs of texts, special ones included.</summary>
/// <param name="Ids">The ids of each; none is empty.</param>
/// <param name="Types">The types of each text's tokens, empty for a text whose tokens are all of type 0; null where that holds for all
/// texts.</param>
internal sealed record TokenBatch(IReadOnlyList<int[]> Ids, IReadOnlyList<int[]>? Types = null)
{
    /// <summary>Texts or pairs.</summary>
    public int Count => Ids.Count;

    /// <summary>Some texts as the network takes them: ids one after the other, types (empty where all are 0), and where each text begins,
    /// (count + 1).</summary>
    public (int[] Ids, int[] Types, int[] Starts) Pack(int first, int last)
    {
        var starts = new int[last - first + 1];
        for (var i = first; i < last; i++)
        {
            starts[i - first + 1] = starts[i - first] + Ids[i].Length;
        }

        var ids = new int[starts[^1]];
        var types = Types is null ? [] : new int[starts[^1]];
        for (var i = first; i < last; i++)
        {
            Ids[i].CopyTo(ids, starts[i - first]);
            Types?[i].CopyTo(types, starts[i - first]);
        }

        return (ids, types, starts);
    }
}
