using System.Collections.Immutable;
using Simile.Engine.Tensors;
using Simile.Engine.Transformers;
using Simile.Inference;
using Simile.Models;

namespace Simile.Families;

/// <summary>One architecture: which model_types it answers to, how its configuration and the names of its tensors become a network, and
/// what is peculiar to its texts and pictures.</summary>
/// <remarks>A new architecture is one class in this folder and one line in <see cref="ModelFamilies"/>
/// (docs/howto/add-a-family.md).</remarks>
internal abstract class ModelFamily
{
    /// <summary>What config.json calls its models.</summary>
    public abstract ImmutableArray<string> ModelTypes { get; }

    /// <summary>What a model of one of its types embeds.</summary>
    public virtual Modality Embeds(string modelType) => Modality.Text;

    /// <summary>What stands before the names of a text network's tensors in a checkpoint that has a head on top, or always.</summary>
    public virtual string Prefix(string modelType) => string.Empty;

    /// <summary>Reads what the folder says of its texts: where the parts lie, pooling, limits.</summary>
    public virtual TextCheckpoint Describe(ModelManifest manifest) => TextCheckpointReader.OfStates(manifest);

    /// <summary>The network of texts.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.BadCheckpoint"/>, <see cref="ErrorCode.UnsupportedModel"/>.</exception>
    public virtual TextTransformer Text(TextSource source) => throw ModelFamilies.NoTexts(source.Checkpoint);

    /// <summary>What stands on top of a network that scores, in the names of Hugging Face's …ForSequenceClassification.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.UnsupportedModel"/> where the family's head is not known.</exception>
    public virtual SequenceHead Head(ModelConfig config, ImmutableArray<string> labels) =>
        throw config.Unsupported($"a reranker of the kind '{config.Text("model_type")}'");

    /// <summary>Reads the layers of a head.</summary>
    public virtual IEnumerable<LinearLayer> ReadHead(SequenceHead head, TextSource source, int hidden)
    {
        var tensors = source.Whole;
        foreach (var layer in head.Layers)
        {
            var outputs = layer == head.Layers[^1] ? head.Labels.Length : hidden;
            yield return new LinearLayer(
                tensors.Read(layer.Name + ".weight", outputs, hidden),
                tensors.ReadIfThere(layer.Name + ".bias", outputs),
                hidden,
                layer.Activation
            )
            {
                OutputNorm = layer.Norm is { } norm
                    ? new VectorNorm(tensors.Read(norm + ".weight", outputs), tensors.ReadIfThere(norm + ".bias", outputs), layer.Epsilon)
                    : null,
            };
        }
    }

    /// <summary>The network of pictures, or null where the tensors are not this family's: torchvision's checkpoints come without a
    /// configuration, so their names must tell.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.BadCheckpoint"/>, <see cref="ErrorCode.UnsupportedModel"/>.</exception>
    public virtual VisionNetwork? Image(ImageSource source) => null;
}

/// <summary>What a network of texts is read from.</summary>
/// <param name="Checkpoint">What the folder says.</param>
/// <param name="Whole">All tensors by their whole names.</param>
/// <param name="Tensors">The network's own, without what stands before their names.</param>
internal sealed record TextSource(TextCheckpoint Checkpoint, TensorReader Whole, TensorReader Tensors);

/// <summary>What a network of pictures is read from.</summary>
/// <param name="Tensors">The tensors.</param>
/// <param name="Config">config.json, or null.</param>
/// <param name="Compute">How it computes.</param>
internal sealed record ImageSource(TensorReader Tensors, ModelConfig? Config, ComputeOptions Compute)
{
    /// <summary>The side of the squares that the folder's preprocessing gives, or null; networks that take any size adapt to it.</summary>
    public int? Side { get; init; }

    /// <summary>The configuration of a network that cannot be told from its tensors alone.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.UnsupportedModel"/>.</exception>
    public ModelConfig RequireConfig() =>
        Config
        ?? throw new SimileException(
            ErrorCode.UnsupportedModel,
            $"{Tensors.Path} holds a vision transformer, but config.json is missing. Fetch the model again."
        );
}
