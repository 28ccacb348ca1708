using Simile.Engine.Products;
using Simile.Engine.Threads;

namespace Simile;

/// <summary>Options of <see cref="TextEmbedder"/>.</summary>
public sealed record TextEmbedderOptions
{
    /// <summary>What is done to each text before its tokens are counted, for instance stripping of markup. Default: nothing.</summary>
    public Func<string, string>? Preprocess { get; init; }

    /// <summary>A name and version of <see cref="Preprocess"/>, required with it: it goes into the recipe, so that a cache never mixes two
    /// ways.</summary>
    public string? PreprocessId { get; init; }

    /// <summary>The most tokens of a text that are used. Default: null, the model's own limit.</summary>
    public int? MaxTokens { get; init; }

    /// <summary>Threads for one call; they change the time, never a vector. Default: all cores; at most 1,024.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>Arithmetic of a transformer's products. Default: 32-bit floats. Static models know no other.</summary>
    public ComputePrecision Precision { get; init; } = ComputePrecision.Float32;

    /// <summary>The fastest instructions that may be used. Default: all that the processor has.</summary>
    public InstructionLevel Instructions { get; init; } = InstructionLevel.Assembled;

    /// <summary>What computes the network in the place of Simile's own engine, such as the one of the package Simile.OnnxRuntime. Default:
    /// null, Simile's own.</summary>
    public InferenceEngine? Engine { get; init; }

    internal TextEmbedderOptions Checked()
    {
        if (Preprocess is not null && string.IsNullOrEmpty(PreprocessId))
        {
            throw new SimileException(
                ErrorCode.InvalidOption,
                "Preprocess is set, but PreprocessId is not. Give the hook a name and a version, such as 'strip-html/1'."
            );
        }

        if (MaxTokens < 1)
        {
            throw new SimileException(
                ErrorCode.InvalidOption,
                $"MaxTokens is {MaxTokens}, but at least 1 is needed. Leave it out for the model's own limit."
            );
        }

        _ = WorkerTeam.Checked(Threads);
        Engine?.RequireOwnArithmetic(Precision, Instructions);
        return this;
    }
}
