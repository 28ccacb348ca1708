using System.Collections.Immutable;
using Simile.Inference;
using Simile.Models;
using Simile.Tokenization;

namespace Simile;

/// <summary>What computes a model's network in the place of Simile's own engine; a package brings each, such as Simile.OnnxRuntime. It
/// holds options only: every model that is opened with it has a network of its own.</summary>
public abstract class InferenceEngine
{
    private protected InferenceEngine() { }

    /// <summary>Its name, in lower case, such as <c>onnxruntime</c>.</summary>
    public abstract string Name { get; }

    /// <summary>Opens a network of texts, or of pairs of texts.</summary>
    /// <exception cref="SimileException">A code of the 200s, or <see cref="ErrorCode.InvalidOption"/>.</exception>
    internal abstract ITextEncoder OpenTexts(TextNetworkRequest request);

    /// <summary>Opens a network of pictures.</summary>
    /// <returns>The network, and the digest of its weights.</returns>
    /// <exception cref="SimileException">A code of the 200s, or <see cref="ErrorCode.InvalidOption"/>.</exception>
    internal abstract (IImageEncoder Network, string Digest) OpenImages(ImageNetworkRequest request);

    /// <summary>Refuses an arithmetic that another engine is to compute in.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.InvalidOption"/>.</exception>
    internal void RequireOwnArithmetic(ComputePrecision precision, InstructionLevel instructions)
    {
        if (precision != ComputePrecision.Float32 || instructions != InstructionLevel.Assembled)
        {
            throw new SimileException(
                ErrorCode.InvalidOption,
                $"{precision} with {instructions} was asked for, but the engine '{Name}' computes in the arithmetic that the model's graph "
                    + "has. Leave both at their defaults; take a graph that was quantized for another precision."
            );
        }
    }
}

/// <summary>A network of texts that an engine is to open.</summary>
/// <param name="Checkpoint">What the folder says.</param>
/// <param name="Threads">Threads of its own.</param>
internal sealed record TextNetworkRequest(TextCheckpoint Checkpoint, int Threads)
{
    /// <summary>The tokens of an empty text, to try the network with; at least one.</summary>
    public required ImmutableArray<int> Probe { get; init; }

    /// <summary>The special tokens of a tokenizer, or its first token where it puts none around a text.</summary>
    public static ImmutableArray<int> ProbeOf(ITokenizer tokenizer) =>
        tokenizer.Special is { Count: > 0 } special ? [.. special.Prefix, .. special.Suffix] : [0];

    /// <summary>The token that fills every text up to the last position, or null.</summary>
    public int? Filler { get; init; }

    /// <summary>How many scores of a pair are wanted (L), or null where texts are embedded.</summary>
    public int? Labels { get; init; }
}

/// <summary>A network of pictures that an engine is to open.</summary>
/// <param name="Folder">The folder that holds it.</param>
/// <param name="Family">What config.json calls the network; <c>resnet</c> where there is none.</param>
/// <param name="Threads">Threads of its own.</param>
internal sealed record ImageNetworkRequest(string Folder, string Family, int Threads)
{
    /// <summary>The size of the pictures that the folder's preprocessing gives, or null where they differ.</summary>
    public (int Height, int Width)? Size { get; init; }
}
