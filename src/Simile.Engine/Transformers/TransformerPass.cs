using System.Collections.Concurrent;
using Simile.Engine.Attention;
using Simile.Engine.Functions;
using Simile.Engine.Memory;
using Simile.Engine.Products;
using Simile.Engine.Threads;

namespace Simile.Engine.Transformers;

/// <summary>One run of an encoder over packed sequences, with the memory it takes. Reused from run to run; not safe for several callers at
/// once.</summary>
internal sealed unsafe class TransformerPass : ITokenStates, IDisposable
{
    private readonly Transformer _encoder;
    private readonly NativeBuffer _states = new();
    private readonly NativeBuffer _projected = new();
    private readonly NativeBuffer _context = new();
    private readonly ConcurrentBag<AttentionScratch> _scratches = [];
    private readonly FeedForwardBuffers _buffers;
    private readonly FeedForward _tail;
    private int[] _starts = [];
    private WorkerTeam? _team;
    private TransformerLayer _layer = null!;
    private int _rows;

    internal TransformerPass(Transformer encoder)
    {
        _encoder = encoder;
        _buffers = new FeedForwardBuffers(encoder.Shape, new ProductRows());
        _tail = new FeedForward(encoder.Shape, encoder.Kernels, encoder.FinalNorm, _buffers);
    }

    private TransformerConfig Shape => _encoder.Shape;

    private int StateStride => RowStride.Of(Shape.Hidden * sizeof(float)) / sizeof(float);

    private int ContextStride => RowStride.Of(Shape.ContextWidth * sizeof(float)) / sizeof(float);

    private int ProjectedStride => RowStride.Of(Shape.ProjectedWidth * sizeof(float)) / sizeof(float);

    /// <summary>The last layer's output for a token of the run, (H); valid until the next run.</summary>
    public ReadOnlySpan<float> State(int token) => new((float*)_states.Data + ((nint)token * StateStride), Shape.Hidden);

    /// <summary>Runs the encoder.</summary>
    /// <param name="ids">The tokens of all sequences, one after the other.</param>
    /// <param name="types">The type of each token, or empty where all are of type 0.</param>
    /// <param name="starts">Where each sequence begins, and the end of the last: (B + 1).</param>
    /// <param name="team">Threads that share each step, or null to stay on the caller's.</param>
    public void Forward(ReadOnlySpan<int> ids, ReadOnlySpan<int> types, ReadOnlySpan<int> starts, WorkerTeam? team)
    {
        Begin(starts, team);
        Embed(ids, types);
        Run();
    }

    /// <summary>Runs the encoder over rows that come from elsewhere.</summary>
    /// <param name="input">Writes the first layer's input.</param>
    /// <param name="starts">Where each sequence begins, and the end of the last: (B + 1).</param>
    /// <param name="team">Threads that share each step, or null to stay on the caller's.</param>
    public void Forward(IInputRows input, ReadOnlySpan<int> starts, WorkerTeam? team)
    {
        ArgumentNullException.ThrowIfNull(input);
        Begin(starts, team);
        for (var row = 0; row < _rows; row++)
        {
            var state = (float*)_states.Data + ((nint)row * StateStride);
            input.Write(row, new Span<float>(state, Shape.Hidden));
            _buffers.PrepareInput(_encoder.Layers[0].AttentionNorm, row);
        }

        Run();
    }

    private void Begin(ReadOnlySpan<int> starts, WorkerTeam? team)
    {
        (_rows, _team, _starts) = (starts[^1], team is { Threads: > 1 } ? team : null, starts.ToArray());
        Reserve();
    }

    private void Run()
    {
        for (var i = 0; i < _encoder.Layers.Length; i++)
        {
            _layer = _encoder.Layers[i];
            Attend();
            _tail.Forward(_layer, i + 1 < _encoder.Layers.Length ? _encoder.Layers[i + 1] : null, _team);
        }

        GC.KeepAlive(_encoder);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _states.Dispose();
        _projected.Dispose();
        _context.Dispose();
        _buffers.Dispose();
        while (_scratches.TryTake(out var scratch))
        {
            scratch.Dispose();
        }
    }

    private void Reserve()
    {
        var states = _states.ReserveFloats((long)_rows * StateStride);
        _projected.ReserveFloats((long)_rows * ProjectedStride);
        var context = _context.ReserveFloats((long)_rows * ContextStride);
        _buffers.Reserve(new FloatRows(states, StateStride), new FloatRows(context, ContextStride), _rows);
    }

    private void Embed(ReadOnlySpan<int> ids, ReadOnlySpan<int> types)
    {
        var states = (float*)_states.Data;
        for (var sequence = 0; sequence + 1 < _starts.Length; sequence++)
        {
            for (var row = _starts[sequence]; row < _starts[sequence + 1]; row++)
            {
                _encoder.Embedding!.Forward(
                    ids[row],
                    types.IsEmpty ? 0 : types[row],
                    row - _starts[sequence],
                    states + ((nint)row * StateStride)
                );
                _buffers.PrepareInput(_encoder.Layers[0].AttentionNorm, row);
            }
        }
    }

    private void Attend()
    {
        var split = ProductSplit.Of(_rows, _layer.QueryKeyValue.Panels, _buffers.BlockRows, _team, pairs: false);
        WorkSteps.Run(_team, split.Tasks, task => Project(split.Part(task)));
        if (_layer.TurnsHeads)
        {
            WorkSteps.Run(_team, _starts.Length - 1, TurnHeads);
        }

        WorkSteps.Run(_team, (_starts.Length - 1) * Shape.Heads, AttendHead);
    }

    private void Project(TilePart part)
    {
        var output = new TileOutput { Target = _projected.Data, Stride = ProjectedStride * sizeof(float) };
        LinearProduct.Forward(_encoder.Kernels, _buffers.Inputs, _layer.QueryKeyValue, part, output, ActivationKind.Identity);
    }

    // Queries and keys, head by head: their norms, then their rotary positions.
    private void TurnHeads(int sequence)
    {
        for (var row = _starts[sequence]; row < _starts[sequence + 1]; row++)
        {
            var projected = (float*)_projected.Data + ((nint)row * ProjectedStride);
            for (var head = 0; head < Shape.Heads + Shape.KeyValueHeads; head++)
            {
                var values = projected + (head * Shape.HeadSize);
                (head < Shape.Heads ? _layer.QueryNorm : _layer.KeyNorm)?.Forward(values, values);
                _layer.Rotary?.Turn(values, row - _starts[sequence]);
            }
        }
    }

    private void AttendHead(int task)
    {
        var (sequence, head) = (task / Shape.Heads, task % Shape.Heads);
        var start = _starts[sequence];
        var projected = (float*)_projected.Data + ((nint)start * ProjectedStride);
        var keys = projected + Shape.ContextWidth + (head / (Shape.Heads / Shape.KeyValueHeads) * Shape.HeadSize);
        var input = new HeadInput
        {
            Queries = projected + (head * Shape.HeadSize),
            Keys = keys,
            Values = keys + (Shape.KeyValueHeads * Shape.HeadSize),
            Stride = ProjectedStride,
            Length = _starts[sequence + 1] - start,
            Context = (float*)_context.Data + ((nint)start * ContextStride) + (head * Shape.HeadSize),
            ContextStride = ContextStride,
            Bias = _encoder.Relative is { } relative ? relative.For(head) : null,
        };
        var scratch = _scratches.TryTake(out var free) ? free : new AttentionScratch();
        AttentionHead.Forward(_encoder.AttentionKernels, _layer.Attention, input, scratch);
        _scratches.Add(scratch);
    }
}

/// <summary>The states that a network gives the tokens of a run.</summary>
internal interface ITokenStates
{
    /// <summary>The state of a token, (H).</summary>
    ReadOnlySpan<float> State(int token);
}
