using System.Collections.Immutable;
using Simile.Engine.Functions;

namespace Simile.Models;

/// <summary>Where the parts of a transformer text model lie, and what is done behind its encoder.</summary>
internal sealed record TextCheckpoint
{
    /// <summary>The folder with config.json and the weights.</summary>
    public required string Folder { get; init; }

    /// <summary>The folder with the tokenizer; another one than <see cref="Folder"/> where an adapter brings its own.</summary>
    public required string TokenizerFolder { get; init; }

    /// <summary>The folder of the adapter that is merged into the weights, or null.</summary>
    public string? AdapterFolder { get; init; }

    /// <summary>config.json.</summary>
    public required ModelConfig Config { get; init; }

    /// <summary>The kind of network, such as <c>bert</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>The poolings whose vectors are joined.</summary>
    public required ImmutableArray<PoolingMode> Pooling { get; init; }

    /// <summary>The folder says nothing of pooling, so the mean was assumed.</summary>
    public bool PoolingAssumed { get; init; }

    /// <summary>The length of the states that the pooling was configured for, or null.</summary>
    public int? PooledDimensions { get; init; }

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

    /// <summary>Whether vectors are scaled to unit length at the end.</summary>
    public bool Normalize { get; init; }

    /// <summary>Whether texts are lower-cased before they are tokenized.</summary>
    public bool Lowercase { get; init; }

    /// <summary>The limit that the folder sets to the tokens of a text, special ones included, or null.</summary>
    public int? MaxTokens { get; init; }

    /// <summary>Shorter lengths the model was trained for.</summary>
    public ImmutableArray<int> TrainedDimensions { get; init; } = [];

    /// <summary>Prompts, the similarity, and the length that vectors are cut to.</summary>
    public required SentenceConfig Sentence { get; init; }

    /// <summary>What was assumed where the folder says nothing, for the user to read.</summary>
    public ImmutableArray<string> Notes { get; init; } = [];
}

/// <summary>A dense layer behind the pooling.</summary>
/// <param name="Folder">Its folder.</param>
/// <param name="Inputs">Values it takes.</param>
/// <param name="Outputs">Values it gives.</param>
/// <param name="HasBias">Whether it adds a bias.</param>
/// <param name="Activation">The function behind it.</param>
internal sealed record DenseCheckpoint(string Folder, int Inputs, int Outputs, bool HasBias, ActivationKind Activation)
{
    /// <summary>Whether its input is scaled to unit length before.</summary>
    public bool NormalizesInput { get; init; }

    /// <summary>Whether its input, or a product of it, is added to what it gives.</summary>
    public bool HasResidual { get; init; }
}

/// <summary>Where the parts of a static embedding model lie, and what is done behind its table.</summary>
internal sealed record StaticCheckpoint
{
    /// <summary>The safetensors file.</summary>
    public required string WeightsPath { get; init; }

    /// <summary>The tokenizer.json.</summary>
    public required string TokenizerPath { get; init; }

    /// <summary>Whether vectors are scaled to unit length.</summary>
    public bool Normalize { get; init; }

    /// <summary>Whether the unknown token's row counts like any other: so in sentence-transformers' StaticEmbedding; model2vec leaves it
    /// out.</summary>
    public bool CountsUnknown { get; init; }

    /// <summary>Shorter lengths the model was trained for.</summary>
    public ImmutableArray<int> TrainedDimensions { get; init; } = [];

    /// <summary>Most tokens of a text that are used, or null for all.</summary>
    public int? MaxTokens { get; init; }

    /// <summary>Prompts, the similarity, and the length that vectors are cut to.</summary>
    public required SentenceConfig Sentence { get; init; }
}
