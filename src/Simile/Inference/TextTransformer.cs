using System.Collections.Immutable;
using Simile.Engine.Functions;
using Simile.Engine.Transformers;
using Simile.Models;

namespace Simile.Inference;

/// <summary>A transformer of texts as its family reads it from a checkpoint.</summary>
internal sealed record TextTransformer
{
    /// <summary>The shape of all layers.</summary>
    public required TransformerConfig Shape { get; init; }

    /// <summary>What comes before the first layer.</summary>
    public required EmbeddingWeights Embedding { get; init; }

    /// <summary>The layers, first to last; each is read when it is asked for, so that one at a time lies in memory unpacked.</summary>
    public required IEnumerable<LayerWeights> Layers { get; init; }

    /// <summary>The norm behind the last layer, or null.</summary>
    public NormWeights? FinalNorm { get; init; }

    /// <summary>Learned numbers for distances, or null.</summary>
    public RelativeWeights? Relative { get; init; }

    /// <summary>The product behind the pooling that belongs to the network itself, or null.</summary>
    public LinearLayer? Projection { get; init; }

    /// <summary>Where each text ends whose vector is one token's state, or null where all tokens take part in the pooling.</summary>
    public EndTokenPooling? EndTokenPooling { get; init; }

    /// <summary>The most tokens of a text, special ones included.</summary>
    public int MaxTokens => Shape.Positions - Embedding.FirstPosition;

    /// <summary>Refuses a checkpoint with tensors that nothing asked for, once all is read; families with many variants do. Null for
    /// others.</summary>
    public Action? RequireAllRead { get; init; }
}

/// <summary>What configurations say of rotary positions: an object with rope_type and rope_theta in transformers 5, rope_scaling with a
/// type before.</summary>
internal static class RotaryScaling
{
    /// <summary>Refuses an entry that stretches positions; null and the type default do not.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.UnsupportedModel"/>.</exception>
    public static void Require(ModelConfig config, string name)
    {
        if (config.Child(name) is { } scaling)
        {
            ThetaOf(scaling);
        }
        else
        {
            config.RefuseAny(name);
        }
    }

    /// <summary>The base of a type of layers: of rope_parameters, else of its older key, else the usual one.</summary>
    public static double ThetaOf(ModelConfig config, string type, string old, double usual) =>
        (config.Child("rope_parameters")?.Child(type) is { } own ? ThetaOf(own) : null) ?? config.RealOrNull(old) ?? usual;

    /// <summary>The base of plain rotary positions, or null where it is not said.</summary>
    /// <param name="parameters">An object with rope_type and rope_theta.</param>
    /// <exception cref="SimileException"><see cref="ErrorCode.UnsupportedModel"/> for any other type than default.</exception>
    public static double? ThetaOf(ModelConfig parameters)
    {
        parameters.Require("rope_type", "default");
        parameters.Require("type", "default");
        parameters.Require("partial_rotary_factor", "1", "1.0");
        return parameters.RealOrNull("rope_theta");
    }
}

/// <summary>What stands on top of a network that scores texts or pairs: a pooling, and layers from the pooled state to a number a
/// label.</summary>
/// <param name="Pooling">How the tokens' states become one.</param>
/// <param name="Labels">The labels' names, (L).</param>
/// <param name="Layers">The layers, first to last.</param>
internal sealed record SequenceHead(PoolingMode Pooling, ImmutableArray<string> Labels, ImmutableArray<HeadLayer> Layers)
{
    /// <summary>The tokens whose scores a causal network compares (Qwen3-Reranker: yes against no), or null.</summary>
    public (int Yes, int No)? Answers { get; init; }

    /// <summary>RoBERTa's head, which XLM-R and MPNet have too.</summary>
    public static SequenceHead OfRoberta(ImmutableArray<string> labels) =>
        new(PoolingMode.Cls, labels, [new HeadLayer("classifier.dense", ActivationKind.Tanh), new HeadLayer("classifier.out_proj")]);
}

/// <summary>One layer of a head; the last gives a value a label, the others as many as the network's states have.</summary>
/// <param name="Name">Its name in the checkpoint.</param>
/// <param name="Activation">The function behind it.</param>
internal sealed record HeadLayer(string Name, ActivationKind Activation = ActivationKind.Identity)
{
    /// <summary>The layer norm behind it, or null.</summary>
    public string? Norm { get; init; }

    /// <summary>ε of that norm.</summary>
    public double Epsilon { get; init; }
}
