using System.Collections.Immutable;
using Simile.Engine.Files;
using Simile.Engine.Tensors;
using Simile.Engine.Tensors.Onnx;
using Simile.Engine.Transformers;
using Simile.Inference;
using Simile.Models;

namespace Simile.Families;

/// <summary>All families that Simile runs, and what is the same for all of them.</summary>
internal static class ModelFamilies
{
    private const string Vision = "ResNet (torchvision, timm, Hugging Face), ViT (Hugging Face, timm), DINOv2, CLIP or SigLIP";

    /// <summary>The families. Of pictures the first that knows the tensors is taken.</summary>
    public static ImmutableArray<ModelFamily> All { get; } =
    [
        new BertFamily(),
        new DistilBertFamily(),
        new MpNetFamily(),
        new ModernBertFamily(),
        new NomicBertFamily(),
        new Qwen3Family(),
        new Gemma3Family(),
        new StaticFamily(),
        new ResNetFamily(),
        new Dinov2Family(),
        new VitFamily(),
        new SiglipFamily(),
        new ClipFamily(),
    ];

    /// <summary>The model_types of networks that embed texts.</summary>
    public static IEnumerable<string> TextTypes =>
        All.SelectMany(family => family.ModelTypes.Where(type => family.Embeds(type).HasFlag(Modality.Text)));

    /// <summary>The family of a model_type, or null.</summary>
    public static ModelFamily? Find(string? modelType) =>
        All.FirstOrDefault(family => modelType is not null && family.ModelTypes.Contains(modelType));

    /// <summary>The family of a model of texts.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.UnsupportedModel"/>.</exception>
    public static ModelFamily OfTexts(TextCheckpoint checkpoint) =>
        Find(checkpoint.Kind) is { } family && family.Embeds(checkpoint.Kind).HasFlag(Modality.Text) ? family : throw NoTexts(checkpoint);

    /// <summary>Loads a network of texts.</summary>
    /// <param name="checkpoint">Where its parts lie.</param>
    /// <param name="options">How it computes, and what stands on top.</param>
    /// <exception cref="SimileException">A code of the 200s.</exception>
    public static TextNetwork LoadText(TextCheckpoint checkpoint, TextNetworkOptions options)
    {
        var family = OfTexts(checkpoint);
        var weights = Checkpoint.Open(checkpoint.Folder);
        try
        {
            RefuseOtherNetworks(checkpoint.Config);
            var prefix = family.Prefix(checkpoint.Kind);
            var adapter = checkpoint.AdapterFolder is { } folder ? LoraAdapter.Load(folder, prefix) : null;
            var source = SourceOf(checkpoint, weights, prefix, adapter);
            var transformer = family.Text(source);
            if (adapter?.MergeOfRows(transformer.Embedding.Table.Tensor, transformer.Shape.Hidden) is { } adapt)
            {
                transformer = transformer with { Embedding = transformer.Embedding with { Adapt = adapt } };
            }

            var head = options.Head is { } wanted ? family.ReadHead(wanted, source, transformer.Shape.Hidden) : [];
            return new TextNetwork(weights, checkpoint, transformer, [.. head], adapter, options);
        }
        catch
        {
            weights.Dispose();
            throw;
        }
    }

    /// <summary>Loads a network of pictures; nothing of the checkpoint stays open.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.BadCheckpoint"/>, <see cref="ErrorCode.UnsupportedModel"/>.</exception>
    public static VisionNetwork LoadImage(ITensorSource weights, ModelConfig? config, ComputeOptions compute, int? side = null)
    {
        foreach (var family in All)
        {
            if (family.Image(new ImageSource(new TensorReader(weights), config, compute) { Side = side }) is { } network)
            {
                return network;
            }
        }

        var advice = weights is OnnxFile ? " The package Simile.OnnxRuntime runs the graph as it is." : string.Empty;
        throw new SimileException(
            ErrorCode.UnsupportedModel,
            $"{weights.Paths[0]} holds no vision network that Simile runs: {Vision}.{advice}"
        );
    }

    /// <summary>The error for a model of a kind that embeds no texts here.</summary>
    public static SimileException NoTexts(TextCheckpoint checkpoint)
    {
        var hasGraph = Checkpoint.GraphNames("text").Any(name => RegularFile.Exists(Path.Combine(checkpoint.Folder, name)));
        var advice = hasGraph ? "; the package Simile.OnnxRuntime runs the folder's ONNX graph as it is" : string.Empty;
        return checkpoint.Config.Unsupported($"a network of the kind '{checkpoint.Kind}' (known: {string.Join(", ", TextTypes)}{advice})");
    }

    // A checkpoint of the network alone has bare names; one with a head on top puts the network's name first.
    private static TextSource SourceOf(TextCheckpoint checkpoint, ITensorSource weights, string prefix, LoraAdapter? adapter)
    {
        var whole = new TensorReader(weights);
        whole = adapter is null ? whole : whole.With((name, values) => adapter.Merge(name, values));
        var isBare = whole.Names.Any(name =>
            name.StartsWith("embeddings.", StringComparison.Ordinal) || name.StartsWith("embed_tokens.", StringComparison.Ordinal)
        );
        return new TextSource(checkpoint, whole, isBare ? whole : whole.Under(prefix));
    }

    // What any kind of configuration can ask for that would be another network.
    private static void RefuseOtherNetworks(ModelConfig config)
    {
        config.RefuseAny("pruned_heads", "is_decoder", "add_cross_attention", "is_causal", "compression_config");
        if (config.Asks("quantization_config"))
        {
            var method = config.Child("quantization_config")?.TextOrNull("quant_method") ?? config.Written("quantization_config");
            throw config.Unsupported($"weights quantized by '{method}' (quantization_config); look for the model in 16 or 32 bits");
        }
    }
}
