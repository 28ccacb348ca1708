namespace Simile.Hosting;

/// <summary>A reranker of a .NET host. Checked when the host starts, and then read once.</summary>
/// <remarks>It can be set, because .NET's options are: <c>Configure</c> and <c>PostConfigure</c> change one object after the
/// other.</remarks>
public sealed record SimileRerankerOptions
{
    /// <summary>The reranker's name, folder or repository. Needed: no reranker comes with Simile.</summary>
    public string? Model { get; set; }

    /// <summary>The most tokens of query and text together. Default: null, the model's own limit.</summary>
    public int? MaxTokens { get; set; }

    /// <summary>What a model that follows instructions (Qwen3-Reranker) is to judge by. Default: null, the instruction of its
    /// card.</summary>
    public string? Instruction { get; set; }

    /// <summary>Threads for one call. Default: all cores.</summary>
    public int Threads { get; set; } = Environment.ProcessorCount;

    /// <summary>Arithmetic of the network's products. Default: 32-bit floats.</summary>
    public ComputePrecision Precision { get; set; } = ComputePrecision.Float32;

    /// <summary>The name of the engine that computes the network in the place of Simile's own, one of those that were added with
    /// <c>AddSimileEngine</c>, such as <c>onnxruntime</c>. Default: null, Simile's own.</summary>
    public string? Engine { get; set; }

    /// <summary>Whether the model is loaded when the host starts, which fails if it cannot be. Default: true; else it is loaded by the
    /// first call.</summary>
    public bool LoadAtStart { get; set; } = true;

    /// <summary>The options of the model itself.</summary>
    /// <param name="engine">What <see cref="Engine"/> names.</param>
    internal RerankerOptions OfModel(InferenceEngine? engine = null) =>
        new()
        {
            MaxTokens = MaxTokens,
            Instruction = Instruction,
            Threads = Threads,
            Precision = Precision,
            Engine = engine,
        };
}
