using System.Collections.Immutable;
using Simile.Engine.Transformers;
using Simile.Models;

namespace Simile.Inference;

/// <summary>What stands behind a network of texts, whoever computes it: the tokens' states are pooled, and layers follow.</summary>
internal sealed class PooledLayers
{
    private readonly Pooling _pooling;
    private readonly ImmutableArray<LinearLayer> _layers;

    /// <summary>Loads the layers of a folder.</summary>
    /// <param name="checkpoint">What the folder says.</param>
    /// <param name="hidden">Values a state (H).</param>
    /// <param name="own">The network's own layers, which come before the folder's.</param>
    /// <exception cref="SimileException"><see cref="ErrorCode.BadCheckpoint"/>.</exception>
    public PooledLayers(TextCheckpoint checkpoint, int hidden, IEnumerable<LinearLayer> own)
    {
        if (checkpoint.PooledDimensions is { } pooled && pooled != hidden)
        {
            throw new SimileException(
                ErrorCode.BadCheckpoint,
                $"The pooling of {checkpoint.Folder} is for states of {pooled} values, but the network gives {hidden}. "
                    + "The files belong to different models."
            );
        }

        _pooling = new Pooling(checkpoint.Pooling, hidden);
        List<LinearLayer> layers = [.. own];
        var paths = ImmutableArray.CreateBuilder<string>();
        foreach (var module in checkpoint.Dense)
        {
            var (layer, files) = LinearLayer.Load(module, layers is [.., var before] ? before.Dimensions : _pooling.Dimensions);
            layers.Add(layer);
            paths.AddRange(files);
        }

        (_layers, Paths) = ([.. layers], paths.ToImmutable());
    }

    /// <summary>Values a vector.</summary>
    public int Dimensions => _layers is [.., var last] ? last.Dimensions : _pooling.Dimensions;

    /// <summary>The files that the folder's layers came from.</summary>
    public ImmutableArray<string> Paths { get; }

    /// <summary>Writes the vector of one text.</summary>
    /// <inheritdoc cref="Pooling.Forward"/>
    public void Forward(ITokenStates pass, int first, int end, int left, Span<float> vector)
    {
        if (_layers.IsEmpty)
        {
            _pooling.Forward(pass, first, end, left, vector);
            return;
        }

        var current = new float[_pooling.Dimensions];
        _pooling.Forward(pass, first, end, left, current);
        foreach (var layer in _layers)
        {
            var next = new float[layer.Dimensions];
            layer.Forward(current, next);
            current = next;
        }

        current.CopyTo(vector);
    }
}
