using System.Collections.Immutable;
using Simile.Engine.Functions;
using Simile.Models;

namespace Simile.Inference;

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
