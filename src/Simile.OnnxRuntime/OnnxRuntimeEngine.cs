using System.Collections.Immutable;
using Simile.Inference;

namespace Simile.OnnxRuntime;

/// <summary>Runs a model's ONNX graph through ONNX Runtime: <c>new EmbeddingModelOptions { Engine = new OnnxRuntimeEngine() }</c>. For
/// networks that Simile's own engine does not know, and for other devices than the processor.</summary>
/// <remarks>A program that uses it references a package with ONNX Runtime's native library too: Microsoft.ML.OnnxRuntime for the processor,
/// Microsoft.ML.OnnxRuntime.Gpu, .DirectML … for other devices. Safe to call from many threads. The last bits of a vector may depend on the
/// texts beside it and on the device; Simile's own engine gives the same bits always.</remarks>
public sealed class OnnxRuntimeEngine : InferenceEngine
{
    private const int MaxThreads = 1024;

    /// <inheritdoc/>
    public override string Name => "onnxruntime";

    /// <summary>The execution provider: <c>CPU</c>, <c>CUDA</c>, <c>TensorRT</c>, <c>DirectML</c>, <c>CoreML</c>, <c>OpenVINO</c>,
    /// <c>QNN</c>, or whatever else the native library has. One that is not there is an error
    /// (<see cref="ErrorCode.EngineUnavailable"/>), never another one in its place. Default: the processor.</summary>
    public string Provider { get; init; } = "CPU";

    /// <summary>Options of the provider by its own names, such as <c>device_id</c>. Default: none.</summary>
    public IReadOnlyDictionary<string, string> ProviderOptions { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>The graph's file, within the folder that holds the network. Default: null, <c>onnx/model.onnx</c>, <c>model.onnx</c>, or a
    /// half-precision or quantized one where there is no other.</summary>
    public string? File { get; init; }

    /// <summary>The graph's output that is taken: states of tokens (B, T, H), which are pooled as the folder says, or vectors (B, D).
    /// Default: null, chosen by name and told in the model's notes.</summary>
    public string? Output { get; init; }

    /// <summary>Threads of the graph's operators. Default: null, as many as the embedder has.</summary>
    public int? Threads { get; init; }

    /// <summary>How far the graph is rewritten before it runs: <c>none</c>, <c>basic</c>, <c>extended</c> or <c>all</c>. Default:
    /// all.</summary>
    public string Optimization { get; init; } = "all";

    /// <summary>Whether memory of earlier calls is kept for later ones, which is faster; without, it is given back. Default:
    /// true.</summary>
    public bool KeepMemory { get; init; } = true;

    /// <summary>The most tokens that go through the network together, padding counted; a longer text goes alone. Default:
    /// 4,096.</summary>
    public int BatchTokens { get; init; } = 4096;

    /// <summary>The version of the native library that is wanted.</summary>
    internal static string NativeVersion => NativeRuntime.ManagedVersion;

    /// <summary>The native library's name, without what systems put around it.</summary>
    internal static string LibraryName => "onnxruntime";

    internal override ITextEncoder OpenTexts(TextNetworkRequest request) => TextGraph.Open(Checked(), request);

    internal override (IImageEncoder Network, string Digest) OpenImages(ImageNetworkRequest request) => ImageGraph.Open(Checked(), request);

    private OnnxRuntimeEngine Checked()
    {
        if (Threads is < 1 or > MaxThreads)
        {
            throw Invalid($"{nameof(Threads)} is {Threads}; from 1 to {MaxThreads} are possible. Leave it out for the embedder's own.");
        }

        if (BatchTokens < 1)
        {
            throw Invalid($"{nameof(BatchTokens)} is {BatchTokens}, but at least 1 is needed.");
        }

        if (string.IsNullOrWhiteSpace(Provider))
        {
            throw Invalid($"{nameof(Provider)} is empty. Name an execution provider, such as CPU.");
        }

        _ = GraphSession.LevelOf(Optimization);
        return this;
    }

    private static SimileException Invalid(string what) => new(ErrorCode.InvalidOption, what);
}
