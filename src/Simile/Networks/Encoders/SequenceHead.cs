using System.Collections.Immutable;
using Simile.Engine.Functions;
using Simile.Models;

namespace Simile.Networks.Encoders;

/// <summary>What stands on top of a network that scores texts or pairs: a pooling, and layers from the pooled state to a number a label.</summary>
/// <param name="Pooling">How the tokens' states become one.</param>
/// <param name="Labels">The labels' names, (L).</param>
/// <param name="Layers">The layers, first to last.</param>
internal sealed record SequenceHead(PoolingMode Pooling, ImmutableArray<string> Labels, ImmutableArray<HeadLayer> Layers)
{
    /// <summary>The tokens whose scores a causal network compares (Qwen3-Reranker: yes against no), or null.</summary>
    public (int Yes, int No)? Answers { get; init; }

    /// <summary>The head of a kind of network, in the names of Hugging Face's …ForSequenceClassification.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.UnsupportedModel"/> for kinds whose heads are not known.</exception>
    public static SequenceHead Of(ModelConfig config, ImmutableArray<string> labels)
    {
        var (pooling, layers) = config.Text("model_type") switch
        {
            "bert" => (PoolingMode.Cls, new[] { new HeadLayer("bert.pooler.dense", ActivationKind.Tanh), new HeadLayer("classifier") }),
            "roberta" or "xlm-roberta" or "camembert" or "mpnet" => (PoolingMode.Cls, [new HeadLayer("classifier.dense", ActivationKind.Tanh), new HeadLayer("classifier.out_proj")]),
            "distilbert" => (PoolingMode.Cls, [new HeadLayer("pre_classifier", ActivationKind.Relu), new HeadLayer("classifier")]),
            "modernbert" => (ModernPooling(config), [new HeadLayer("head.dense", ModernActivation(config)) { Norm = "head.norm", Epsilon = config.RealOrNull("norm_eps") ?? 1e-5 }, new HeadLayer("classifier")]),
            var kind => throw config.Unsupported($"a reranker of the kind '{kind}'"),
        };
        return new SequenceHead(pooling, labels, [.. layers]);
    }

    private static PoolingMode ModernPooling(ModelConfig config) => config.TextOrNull("classifier_pooling") switch
    {
        null or "cls" => PoolingMode.Cls,
        "mean" => PoolingMode.Mean,
        var other => throw config.Unsupported($"the classifier_pooling '{other}' (cls or mean)"),
    };

    private static ActivationKind ModernActivation(ModelConfig config) =>
        config.Has("classifier_activation") ? ActivationNames.Parse(config, "classifier_activation") : ActivationKind.Gelu;
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
