using Simile.Engine.Encoders;
using Simile.Engine.Vision;

namespace Simile.Networks.Vision;

/// <summary>Reads a vision transformer. Sizes come from the tensors themselves, the rest from <see cref="PatchTraits"/>.</summary>
internal sealed class PatchReader
{
    private readonly PatchTensors _tensors;
    private readonly PatchNames _names;
    private readonly int _hidden;
    private readonly int _intermediate;
    private readonly EncoderShape _shape;

    private PatchReader(PatchTensors tensors, PatchNames names, PatchTraits traits, ComputeOptions compute)
    {
        (_tensors, _names) = (tensors, names);
        _hidden = tensors.Shape(names.Projection + ".weight", 4)[0];
        _intermediate = tensors.Shape(names.Layer(0) + names.FeedForwardIn + ".weight", 2)[0];
        _shape = new EncoderShape
        {
            Hidden = _hidden,
            Heads = traits.Heads ?? _hidden / PatchTraits.UsualHeadSize,
            Intermediate = _intermediate,
            Activation = traits.Activation,
            Norm = NormPlacement.Before,
            Epsilon = traits.Epsilon,
            Positions = tensors.Shape(names.Positions, names.PositionAxes)[^2],
            Compute = compute,
        };
    }

    /// <summary>Reads a network.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.BadCheckpoint"/>, <see cref="ErrorCode.UnsupportedModel"/>.</exception>
    public static PatchEncoder Read(PatchTensors tensors, PatchNames names, PatchTraits traits, ComputeOptions compute)
    {
        var reader = new PatchReader(tensors, names, traits, compute);
        var encoder = new EncoderWeights(reader._shape, null, tensors.Norm(names.FinalNorm, reader._hidden), null);
        return new PatchEncoder(reader.Patches(), encoder, reader.Layers());
    }

    private PatchWeights Patches()
    {
        var patch = _tensors.Shape(_names.Projection + ".weight", 4)[2];
        var leading = _names.Class is null ? 0 : 1;
        var side = (int)Math.Round(Math.Sqrt(_shape.Positions - leading));
        if (side < 1 || (side * side) + leading != _shape.Positions || patch > 256 || side > 256)
        {
            throw new SimileException(ErrorCode.UnsupportedModel, $"{_tensors.File} has {_shape.Positions} positions and patches of {patch} pixels; {(leading == 0 ? "a square of patches" : "one position for a class row and a square of patches")} is wanted.");
        }

        return new PatchWeights
        {
            Projection = _tensors.Read(_names.Projection + ".weight", 3L * _hidden * patch * patch),
            ProjectionBias = _tensors.ReadIfThere(_names.Projection + ".bias", _hidden),
            Class = _names.Class is { } name ? _tensors.Read(name, _hidden) : null,
            Pooling = _names.Pooling is { } pooling ? Probe(pooling) : null,
            Positions = _tensors.Read(_names.Positions, (long)_shape.Positions * _hidden),
            Norm = _names.PreNorm is { } norm ? _tensors.Norm(norm, _hidden) : null,
            PatchSize = patch,
            ImageSize = patch * side,
        };
    }

    private ProbeWeights Probe(string head)
    {
        var intermediate = _tensors.Shape(head + "mlp.fc1.weight", 2)[0];
        return new ProbeWeights
        {
            Probe = _tensors.Read(head + "probe", _hidden),
            QueryKeyValue = _tensors.Read(head + "attention.in_proj_weight", 3L * _hidden * _hidden),
            QueryKeyValueBias = _tensors.Read(head + "attention.in_proj_bias", 3L * _hidden),
            Output = _tensors.Read(head + "attention.out_proj.weight", (long)_hidden * _hidden),
            OutputBias = _tensors.Read(head + "attention.out_proj.bias", _hidden),
            Norm = _tensors.Norm(head + "layernorm", _hidden),
            FeedForwardIn = _tensors.Read(head + "mlp.fc1.weight", (long)intermediate * _hidden),
            FeedForwardInBias = _tensors.Read(head + "mlp.fc1.bias", intermediate),
            FeedForwardOut = _tensors.Read(head + "mlp.fc2.weight", (long)_hidden * intermediate),
            FeedForwardOutBias = _tensors.Read(head + "mlp.fc2.bias", _hidden),
        };
    }

    private IEnumerable<LayerWeights> Layers()
    {
        for (var index = 0; _tensors.Has(_names.Layer(index) + _names.AttentionNorm + ".weight"); index++)
        {
            yield return Layer(_names.Layer(index));
        }

        _tensors.RequireAllRead(_names.Head is { } head ? [head, .. _names.Ignored] : _names.Ignored);
    }

    private LayerWeights Layer(string layer) => new()
    {
        QueryKeyValue = _tensors.Join(layer, _names.QueryKeyValue, ".weight", 3L * _hidden * _hidden) ?? throw new SimileException(ErrorCode.BadCheckpoint, $"{_tensors.File} has no tensor '{layer}{_names.QueryKeyValue[0]}.weight'."),
        QueryKeyValueBias = _tensors.Join(layer, _names.QueryKeyValue, ".bias", 3L * _hidden),
        Output = _tensors.Read(layer + _names.Output + ".weight", (long)_hidden * _hidden),
        OutputBias = _tensors.ReadIfThere(layer + _names.Output + ".bias", _hidden),
        FeedForwardIn = _tensors.Read(layer + _names.FeedForwardIn + ".weight", (long)_intermediate * _hidden),
        FeedForwardInBias = _tensors.ReadIfThere(layer + _names.FeedForwardIn + ".bias", _intermediate),
        FeedForwardOut = _tensors.Read(layer + _names.FeedForwardOut + ".weight", (long)_hidden * _intermediate),
        FeedForwardOutBias = _tensors.ReadIfThere(layer + _names.FeedForwardOut + ".bias", _hidden),
        AttentionNorm = _tensors.Norm(layer + _names.AttentionNorm, _hidden),
        FeedForwardNorm = _tensors.Norm(layer + _names.FeedForwardNorm, _hidden),
    };
}
