using Simile.Engine.Products;
using Simile.Engine.Threads;

namespace Simile;

/// <summary>Options of <see cref="Reranker"/>.</summary>
public sealed record RerankerOptions
{
    /// <summary>The most tokens of query and text together, special ones included. Default: null, the model's own limit.</summary>
    public int? MaxTokens { get; init; }

    /// <summary>Threads for one call; they change the time, never a score. Default: all cores; at most 1,024.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>Arithmetic of the products. Default: 32-bit floats.</summary>
    public ComputePrecision Precision { get; init; } = ComputePrecision.Float32;

    /// <summary>The fastest instructions that may be used. Default: all that the processor has.</summary>
    public InstructionLevel Instructions { get; init; } = InstructionLevel.Assembled;

    /// <summary>What a network that follows instructions (Qwen3-Reranker) is to judge by. Default: null, the instruction of its
    /// card.</summary>
    public string? Instruction { get; init; }

    /// <summary>What computes the network in the place of Simile's own engine, such as the one of the package Simile.OnnxRuntime. Default:
    /// null, Simile's own.</summary>
    public InferenceEngine? Engine { get; init; }

    internal RerankerOptions Checked()
    {
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
