using Microsoft.Extensions.AI;
using Simile.Batching;
using Simile.Caching;
using Simile.Engine.Products;
using Simile.Hosting.Generators;
using Simile.Models;
using Simile.Sqlite;

namespace Simile.Hosting;

/// <summary>A model of a .NET host, and what stands around it: Monitor(Cache(Batch(model))). Checked when the host starts, and then read
/// once.</summary>
/// <remarks>It can be set, because .NET's options are: <c>Configure</c> and <c>PostConfigure</c> change one object after the
/// other.</remarks>
public sealed record SimileOptions
{
    /// <summary>The model's name, folder or repository. Either this or <see cref="Generator"/> is needed.</summary>
    public string? Model { get; set; }

    /// <summary>The model for pictures, where <see cref="Model"/> embeds texts only. Default: null, none.</summary>
    public string? ImageModel { get; set; }

    /// <summary>What will be embedded; other halves of the model are not loaded. Default: null, all that it embeds.</summary>
    public Modality? Embeds { get; set; }

    /// <summary>Threads for one batch. Default: all cores.</summary>
    public int Threads { get; set; } = Environment.ProcessorCount;

    /// <summary>Arithmetic of the networks' products. Default: 32-bit floats.</summary>
    public ComputePrecision Precision { get; set; } = ComputePrecision.Float32;

    /// <summary>The name of the engine that computes the networks in the place of Simile's own, one of those that were added with
    /// <c>AddSimileEngine</c>, such as <c>onnxruntime</c>. Default: null, Simile's own.</summary>
    public string? Engine { get; set; }

    /// <summary>Finds a generator of another maker that takes the model's place, for instance <c>provider =>
    /// provider.GetRequiredKeyedService&lt;…&gt;("ollama")</c>. It stays its owner's. Default: null.</summary>
    public Func<IServiceProvider, IEmbeddingGenerator<string, Embedding<float>>>? Generator { get; set; }

    /// <summary>What the generator does not say itself. Default: nothing; the length of its vectors is asked for once.</summary>
    public GeneratorEmbedderOptions GeneratorOptions { get; set; } = new();

    /// <summary>How texts are batched; null for not at all.</summary>
    public BatchingOptions? Batching { get; set; } = new();

    /// <summary>How pictures are batched; null for not at all. Default: at most 32 together.</summary>
    public BatchingOptions? ImageBatching { get; set; } = new() { BatchInputs = 32 };

    /// <summary>The cache in memory; null for none. Default: 256 MB.</summary>
    public MemoryCacheOptions? MemoryCache { get; set; } = new();

    /// <summary>The file of a cache that outlives the process, behind the one in memory. Default: null, none.</summary>
    public string? CacheFile { get; set; }

    /// <summary>Options of <see cref="CacheFile"/>.</summary>
    public SqliteCacheOptions CacheFileOptions { get; set; } = new();

    /// <summary>Whether calls are counted, timed and traced. Default: true.</summary>
    public bool Monitor { get; set; } = true;

    /// <summary>Whether the model is loaded when the host starts, which fails if it cannot be, and kept. Default: true; else it is loaded
    /// by the first call.</summary>
    public bool LoadAtStart { get; set; } = true;
}
