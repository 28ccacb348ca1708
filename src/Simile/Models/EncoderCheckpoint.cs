using System.Collections.Immutable;
using Simile.Engine.Functions;

namespace Simile.Models;

/// <summary>Where the parts of a transformer text model lie, and what is done behind its encoder.</summary>
public sealed record EncoderCheckpoint
{
    /// <summary>The folder with config.json, the weights and the tokenizer.</summary>
    public required string Folder { get; init; }

    /// <summary>config.json.</summary>
    public required ModelConfig Config { get; init; }

    /// <summary>The kind of network, such as <c>bert</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>The poolings whose vectors are joined.</summary>
    public required ImmutableArray<PoolingMode> Pooling { get; init; }

    /// <summary>The folder says nothing of pooling, so the mean was assumed.</summary>
    public bool PoolingAssumed { get; init; }

    /// <summary>Whether the tokens of a prompt take part in the pooling.</summary>
    public bool PoolsPrompt { get; init; } = true;

    /// <summary>Entries of the table of tokens where config.json need not say it (CLIP, SigLIP), or null.</summary>
    public int? Vocabulary { get; init; }

    /// <summary>Values that the product behind the pooling gives where the network has one of its own (CLIP, SigLIP), or null.</summary>
    public int? Projection { get; init; }

    /// <summary>What all texts are filled up with (SigLIP), or null.</summary>
    public PaddingToken? Padding { get; init; }

    /// <summary>Dense layers behind the pooling.</summary>
    public ImmutableArray<DenseCheckpoint> Dense { get; init; } = [];

    /// <summary>Whether vectors are scaled to unit length.</summary>
    public bool Normalize { get; init; }

    /// <summary>Whether texts are lower-cased before they are tokenized.</summary>
    public bool Lowercase { get; init; }

    /// <summary>The limit that the folder sets to the tokens of a text, special ones included, or null.</summary>
    public int? MaxTokens { get; init; }

    /// <summary>Shorter lengths the model was trained for.</summary>
    public ImmutableArray<int> TrainedDimensions { get; init; } = [];

    /// <summary>What is put before a text, by purpose (<c>query</c>, <c>document</c>).</summary>
    public required ImmutableDictionary<string, string> Prompts { get; init; }

    /// <summary>The name of the prompt that stands before a text whose purpose is not said, or null.</summary>
    public string? DefaultPrompt { get; init; }

    /// <summary>The name of the similarity the model was trained for (<c>cosine</c>, <c>dot</c>, …), or null.</summary>
    public string? SimilarityName { get; init; }
}

/// <summary>A dense layer behind the pooling.</summary>
/// <param name="Folder">Its folder.</param>
/// <param name="Inputs">Values it takes.</param>
/// <param name="Outputs">Values it gives.</param>
/// <param name="HasBias">Whether it adds a bias.</param>
/// <param name="Activation">The function behind it.</param>
public sealed record DenseCheckpoint(string Folder, int Inputs, int Outputs, bool HasBias, ActivationKind Activation);
