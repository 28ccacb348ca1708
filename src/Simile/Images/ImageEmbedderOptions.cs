using Simile.Engine.Products;
using Simile.Engine.Threads;
using Simile.Images;
using Simile.Imaging;

namespace Simile;

/// <summary>Options of <see cref="ImageEmbedder"/>.</summary>
public sealed record ImageEmbedderOptions
{
    /// <summary>What one picture may cost. Default: <see cref="ImageLimits.Default"/>.</summary>
    public ImageLimits Limits { get; init; } = ImageLimits.Default;

    /// <summary>Decoders of your own, asked before Simile's. Default: none.</summary>
    public IReadOnlyList<IImageDecoder> Decoders { get; init; } = [];

    /// <summary>Threads for one call; they change the time, never a vector. Default: all cores; at most 1,024.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>Arithmetic of the network's products. Default: 32-bit floats.</summary>
    public ComputePrecision Precision { get; init; } = ComputePrecision.Float32;

    /// <summary>The fastest instructions that may be used. Default: all that the processor has.</summary>
    public InstructionLevel Instructions { get; init; } = InstructionLevel.Assembled;

    /// <summary>What computes the network in the place of Simile's own engine, such as the one of the package Simile.OnnxRuntime. Default:
    /// null, Simile's own.</summary>
    public InferenceEngine? Engine { get; init; }

    /// <summary>Hears how long each group of pictures took, on the thread that ran it. Default: nobody.</summary>
    internal Action<ImageTimes>? Observe { get; init; }

    internal ImageEmbedderOptions Checked()
    {
        _ = WorkerTeam.Checked(Threads);
        Engine?.RequireOwnArithmetic(Precision, Instructions);
        return this;
    }
}
