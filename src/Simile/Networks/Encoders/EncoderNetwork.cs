using System.Collections.Immutable;
using Simile.Engine.Checkpoints;
using Simile.Engine.Encoders;
using Simile.Engine.Threads;
using Simile.Models;

namespace Simile.Networks.Encoders;

/// <summary>A transformer with its pooling and dense layers: tokens to one vector a text. Immutable and safe to call from many threads.</summary>
/// <remarks>Holds its checkpoint's files open and threads of its own until it is disposed.</remarks>
internal sealed class EncoderNetwork : IDisposable
{
    private readonly SafetensorsSet _weights;
    private readonly Encoder _encoder;
    private readonly Pooling _pooling;
    private readonly ImmutableArray<DenseLayer> _dense;
    private readonly WorkerTeam _team;
    private readonly Filling? _filling;

    private EncoderNetwork(SafetensorsSet weights, EncoderCheckpoint checkpoint, EncoderLayout layout, ComputeOptions compute, int? filler, SequenceHead? head, WorkerTeam team)
    {
        (_weights, _team) = (weights, team);
        _encoder = new Encoder(layout.Weights(compute), Enumerable.Range(0, layout.LayerCount).Select(layout.Layer));
        if (checkpoint.PooledDimensions is { } pooled && pooled != _encoder.Shape.Hidden)
        {
            throw new SimileException(ErrorCode.BadCheckpoint, $"The pooling of {checkpoint.Folder} is for states of {pooled} values, but the network gives {_encoder.Shape.Hidden}. The files belong to different models.");
        }

        _pooling = new Pooling(checkpoint.Pooling, _encoder.Shape.Hidden);
        var dense = ImmutableArray.CreateBuilder<DenseLayer>();
        Dimensions = _pooling.Dimensions;
        if (layout.Projection() is { } projection)
        {
            dense.Add(projection);
            Dimensions = projection.Dimensions;
        }

        foreach (var layer in head is null ? [] : layout.Head(head))
        {
            dense.Add(layer);
            Dimensions = layer.Dimensions;
        }

        layout.RequireAllRead();
        layout.Adapter?.RequireAllUsed();
        EndOfText = layout.EndOfText;
        foreach (var layer in checkpoint.Dense)
        {
            dense.Add(DenseLayer.Load(layer, Dimensions));
            Dimensions = dense[^1].Dimensions;
        }

        _dense = dense.ToImmutable();
        MaxTokens = layout.MaxTokens;
        _filling = filler is { } id ? new Filling(id, MaxTokens) : null;
        if (filler < 0 || filler >= Tokens)
        {
            throw new SimileException(ErrorCode.BadCheckpoint, $"The padding token of {checkpoint.Folder} has the id {filler}, but the table only {Tokens} rows. The files belong to different models.");
        }

        WeightFiles =
        [
            .. weights.Paths, .. checkpoint.Dense.Select(layer => Path.Combine(layer.Folder, "model.safetensors")),
            .. checkpoint.AdapterFolder is { } adapter ? new[] { Path.Combine(adapter, AdapterConfig.WeightsName), Path.Combine(adapter, AdapterConfig.FileName) } : [],
        ];
        FirstPosition = layout.FirstPosition;
    }

    /// <summary>Where each text ends whose vector is one token's state, or null where all tokens take part in the pooling.</summary>
    public EndOfText? EndOfText { get; }

    /// <summary>The files the weights came from.</summary>
    public ImmutableArray<string> WeightFiles { get; }

    /// <summary>Ids there are (V).</summary>
    public int Tokens => _encoder.Tokens;

    /// <summary>Types of tokens there are; where the network knows none, any type is as good as another.</summary>
    public int TokenTypes => _encoder.TokenTypes;

    /// <summary>Values a vector (D), or labels.</summary>
    public int Dimensions { get; }

    /// <summary>The most tokens the positions allow, special ones included.</summary>
    public int MaxTokens { get; }

    /// <summary>The row of the first position.</summary>
    public int FirstPosition { get; }

    /// <summary>The threads that the network computes on.</summary>
    public WorkerTeam Team => _team;

    /// <summary>The kernels in use.</summary>
    public Engine.Products.TileKernels Kernels => _encoder.Kernels;

    /// <summary>Loads a network.</summary>
    /// <param name="checkpoint">Where its parts lie.</param>
    /// <param name="compute">How it computes.</param>
    /// <param name="threads">Threads.</param>
    /// <param name="filler">The token that fills every text up to the last position, or null.</param>
    /// <param name="head">What makes scores of the pooled state, or null in a network that embeds.</param>
    /// <exception cref="SimileException">A code of the 200s.</exception>
    public static EncoderNetwork Load(EncoderCheckpoint checkpoint, ComputeOptions compute, int threads, int? filler, SequenceHead? head = null)
    {
        var weights = SafetensorsSet.Open(checkpoint.Folder);
        WorkerTeam? team = null;
        try
        {
            team = new WorkerTeam(threads);
            return new EncoderNetwork(weights, checkpoint, EncoderLayouts.Of(checkpoint, weights), compute, filler, head, team);
        }
        catch
        {
            team?.Dispose();
            weights.Dispose();
            throw;
        }
    }

    /// <summary>Runs texts and hands over a vector each, on whatever thread has it.</summary>
    /// <param name="texts">The tokens of the texts or pairs.</param>
    /// <param name="left">Tokens at the beginning of each that take no part in the pooling.</param>
    /// <param name="vectors">Gets the vectors, (B, D).</param>
    /// <param name="cancellationToken">Stops between groups of texts.</param>
    public void Forward(TokenBatch texts, int left, Memory<float> vectors, CancellationToken cancellationToken)
    {
        _encoder.EnsureUnchanged();
        texts = _filling is null ? texts : new TokenBatch(_filling.Fill(texts.Ids));
        var groups = TextGroups.Of(texts.Ids, _team.Threads);
        if (groups.ShareSteps)
        {
            for (var group = 0; group < groups.Count; group++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                ForwardGroup(texts, groups, group, left, vectors, _team);
            }

            return;
        }

        _team.For(groups.Count, group =>
        {
            if (!cancellationToken.IsCancellationRequested)
            {
                ForwardGroup(texts, groups, group, left, vectors, team: null);
            }
        });
        cancellationToken.ThrowIfCancellationRequested();
    }

    /// <summary>Throws when a file of the weights was changed since it was opened, so that what was read and a digest of the files may not belong together.</summary>
    public void EnsureUnchanged() => _weights.EnsureUnchanged();

    /// <inheritdoc/>
    public void Dispose()
    {
        _team.Dispose();
        _encoder.Dispose();
        _weights.Dispose();
    }

    private void ForwardGroup(TokenBatch texts, TextGroups groups, int group, int left, Memory<float> vectors, WorkerTeam? team)
    {
        var (first, last) = (groups.FirstText(group), groups.FirstText(group + 1));
        var (ids, types, starts) = texts.Pack(first, last);
        var pass = _encoder.Rent();
        try
        {
            pass.Forward(ids, types, starts, team);
            for (var i = first; i < last; i++)
            {
                var end = EndOfText is { } endOfText ? starts[i - first] + endOfText.IndexIn(texts.Ids[i]) + 1 : starts[i - first + 1];
                Finish(pass, starts[i - first], end, left, vectors.Span.Slice(i * Dimensions, Dimensions));
            }
        }
        finally
        {
            _encoder.Return(pass);
        }
    }

    private void Finish(EncoderPass pass, int first, int end, int left, Span<float> vector)
    {
        if (_dense.IsEmpty)
        {
            _pooling.Forward(pass, first, end, left, vector);
            return;
        }

        var current = new float[_pooling.Dimensions];
        _pooling.Forward(pass, first, end, left, current);
        foreach (var layer in _dense)
        {
            var next = new float[layer.Dimensions];
            layer.Forward(current, next);
            current = next;
        }

        current.CopyTo(vector);
    }
}
