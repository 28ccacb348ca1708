using Simile.Engine.Checkpoints;
using Simile.Engine.Encoders;
using Simile.Models;

namespace Simile.Networks.Encoders;

/// <summary>How one family of checkpoints names its parts and what its configuration means.</summary>
/// <param name="config">config.json.</param>
/// <param name="weights">The weights.</param>
/// <param name="prefix">What stands before every name in this checkpoint, such as <c>bert.</c>.</param>
internal abstract class EncoderLayout(ModelConfig config, SafetensorsSet weights, string prefix)
{
    private readonly HashSet<string> _read = new(StringComparer.Ordinal);

    /// <summary>The shape of all layers.</summary>
    public abstract EncoderShape Shape { get; }

    /// <summary>The most tokens of a text, special ones included.</summary>
    public virtual int MaxTokens => Shape.Positions;

    /// <summary>The row of the first position.</summary>
    public virtual int FirstPosition => 0;

    /// <summary>Layers.</summary>
    public abstract int LayerCount { get; }

    /// <summary>Where each text ends whose vector is one token's state, or null where all tokens take part in the pooling.</summary>
    public virtual EndOfText? EndOfText => null;

    /// <summary>The adapter that is merged into all that is read, or null.</summary>
    public LoraAdapter? Adapter { get; set; }

    protected ModelConfig Config => config;

    /// <summary>What is common and what comes before the first layer.</summary>
    public EncoderWeights Weights(ComputeOptions compute) =>
        new(Shape with { Compute = compute }, Adapted(Embedding()), FinalNorm(), Relative());

    /// <summary>Reads one layer.</summary>
    public abstract LayerWeights Layer(int index);

    /// <summary>Reads the product behind the pooling that belongs to the network itself, or gives null.</summary>
    public virtual DenseLayer? Projection() => null;

    /// <summary>Reads the layers on top of the network that make scores of a pooled state.</summary>
    public virtual IEnumerable<DenseLayer> Head(SequenceHead head)
    {
        foreach (var layer in head.Layers)
        {
            var outputs = layer == head.Layers[^1] ? head.Labels.Length : Shape.Hidden;
            yield return new DenseLayer(ReadWhole(layer.Name + ".weight", outputs, Shape.Hidden), ReadWholeIfThere(layer.Name + ".bias", outputs), Shape.Hidden, layer.Activation)
            {
                OutputNorm = layer.Norm is { } norm ? new DenseNorm(ReadWhole(norm + ".weight", outputs), ReadWholeIfThere(norm + ".bias", outputs), layer.Epsilon) : null,
            };
        }
    }

    /// <summary>Refuses a checkpoint with tensors that nothing asked for, once all is read; families with many variants do.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.UnsupportedModel"/>.</exception>
    public virtual void RequireAllRead()
    {
    }

    protected abstract EmbeddingWeights Embedding();

    protected virtual NormWeights? FinalNorm() => null;

    protected virtual RelativeWeights? Relative() => null;

    protected SafetensorsFile FileOf(string name)
    {
        _read.Add(prefix + name);
        return weights.FileOf(prefix + name);
    }

    protected string NameOf(string name) => prefix + name;

    protected bool Has(string name) => weights.Has(prefix + name);

    protected float[] Read(string name, params ReadOnlySpan<long> shape) => ReadWhole(prefix + name, shape);

    /// <summary>Reads a tensor whose name has no prefix.</summary>
    protected float[] ReadWhole(string name, params ReadOnlySpan<long> shape)
    {
        _read.Add(name);
        var values = weights.Read(name, shape);
        Adapter?.Merge(name.StartsWith(prefix, StringComparison.Ordinal) ? name[prefix.Length..] : name, values);
        return values;
    }

    /// <summary>Reads a bias that the configuration asks for; one that it does not ask for is not used, as in Hugging Face's library.</summary>
    protected float[]? ReadIfAsked(bool isAsked, string name, params ReadOnlySpan<long> shape) => isAsked ? Read(name, shape) : null;

    protected bool HasWhole(string name) => weights.Has(name);

    protected float[]? ReadWholeIfThere(string name, params ReadOnlySpan<long> shape) => HasWhole(name) ? ReadWhole(name, shape) : null;

    /// <summary>Reads one row (H) of a table whose name has no prefix.</summary>
    protected float[] ReadRow(string name, int row)
    {
        _read.Add(name);
        var file = weights.FileOf(name);
        var values = new float[Shape.Hidden];
        file.ReadRow(file.Find(name), row, values);
        return values;
    }

    protected float[]? ReadIfThere(string name, params ReadOnlySpan<long> shape) => Has(name) ? Read(name, shape) : null;

    /// <summary>A layer norm; old checkpoints call weight and bias gamma and beta.</summary>
    protected NormWeights Norm(string name)
    {
        var isOld = Has(name + ".gamma");
        return new NormWeights(
            Read(name + (isOld ? ".gamma" : ".weight"), Shape.Hidden),
            ReadIfThere(name + (isOld ? ".beta" : ".bias"), Shape.Hidden));
    }

    /// <summary>Several matrices of (H, H), one below the other.</summary>
    protected float[] Stack(params ReadOnlySpan<string> names)
    {
        List<float[]> parts = [];
        foreach (var name in names)
        {
            parts.Add(Read(name + ".weight", Shape.Hidden, Shape.Hidden));
        }

        return Join(parts);
    }

    /// <summary>The biases of several layers, one behind the other.</summary>
    protected float[] StackBiases(params ReadOnlySpan<string> names)
    {
        List<float[]> parts = [];
        foreach (var name in names)
        {
            parts.Add(Read(name + ".bias", Shape.Hidden));
        }

        return Join(parts);
    }

    protected void RequireAllReadBut(string[] ignored)
    {
        var unknown = weights.Names.Where(name => !_read.Contains(name) && !ignored.Any(start => name.StartsWith(start, StringComparison.Ordinal))).Order(StringComparer.Ordinal).FirstOrDefault();
        if (unknown is not null)
        {
            throw new SimileException(ErrorCode.UnsupportedModel, $"{weights.Paths.First()} has the tensor '{unknown}', which the network that config.json describes does not have. Variants with other parts are not supported.");
        }
    }

    private EmbeddingWeights Adapted(EmbeddingWeights embedding)
    {
        var table = embedding.File.Find(embedding.Table);
        return embedding with { Adapt = Adapter?.MergeOfRows(embedding.Table.StartsWith(prefix, StringComparison.Ordinal) ? embedding.Table[prefix.Length..] : embedding.Table, table.Shape[0], Shape.Hidden) };
    }

    private static float[] Join(List<float[]> parts)
    {
        var joined = new float[parts.Sum(part => (long)part.Length)];
        var at = 0;
        foreach (var part in parts)
        {
            part.CopyTo(joined, at);
            at += part.Length;
        }

        return joined;
    }
}
