using Simile.Engine.Assembly;
using Simile.Engine.Functions;
using Simile.Engine.Memory;
using Simile.Engine.Products;

namespace Simile.Engine.Encoders;

/// <summary>The rows that a layer's tail works on, and their forms as inputs of its products.</summary>
internal sealed unsafe class TailBuffers(EncoderShape shape, ProductRows inputs) : IDisposable
{
    private readonly NativeBuffer _gathered = new();
    private readonly NativeBuffer _branch = new();

    /// <summary>States (T, H) as the input of the next product.</summary>
    public ProductRows Inputs => inputs;

    /// <summary>Attention's output as the input of the output product.</summary>
    public ProductRows Contexts { get; } = new();

    /// <summary>A block of activations (rows, I) as the input of the second feed-forward product.</summary>
    public ProductRows Intermediates { get; } = new();

    /// <summary>The states, (T, H).</summary>
    public FloatRows States { get; private set; }

    /// <summary>Attention's output, (T, heads · d).</summary>
    public FloatRows Context { get; private set; }

    /// <summary>A block of what attention or the feed-forward part adds to the states, (rows, H), where a norm stands before the
    /// sum.</summary>
    public FloatRows Branch => new((float*)_branch.Data, States.Stride);

    /// <summary>Rows (T).</summary>
    public int Rows { get; private set; }

    /// <summary>The activations of a block in floats, (rows, I).</summary>
    public byte* Gathered => _gathered.Data;

    /// <summary>Bytes from one row of them to the next.</summary>
    public int GatheredStride => RowStride.Of(TileShape.Panels(shape.Intermediate) * TileShape.StepBytes);

    /// <summary>Most rows that go through the tail together.</summary>
    public int BlockRows => ProductSplit.BlockRowsOf(Precision, shape.Hidden);

    /// <summary>The arithmetic of the products.</summary>
    public ComputePrecision Precision => shape.Compute.Precision;

    /// <summary>The activation's output goes straight into the second product's input where nothing has to be known of the whole row
    /// first.</summary>
    public bool RoundsDirectly => Precision == ComputePrecision.BFloat16 && !shape.Gated;

    private bool NormsBefore => shape.Norm == NormPlacement.Before;

    /// <summary>Makes room for a run.</summary>
    public void Reserve(FloatRows states, FloatRows context, int rows)
    {
        (States, Context, Rows) = (states, context, rows);
        var block = Math.Min(rows, BlockRows);
        _gathered.Reserve((long)GatheredStride * block);
        if (NormsBefore)
        {
            _branch.Reserve((long)states.StrideBytes * block);
        }

        if (Precision != ComputePrecision.Float32)
        {
            Contexts.Reserve(Precision, rows, shape.ContextWidth);
            Intermediates.Reserve(Precision, block, shape.Intermediate);
        }
        else
        {
            Contexts.PointTo(context.Data, context.StrideBytes);
            Intermediates.PointTo((float*)_gathered.Data, GatheredStride);
        }

        if (Precision != ComputePrecision.Float32 || NormsBefore)
        {
            inputs.Reserve(Precision, rows, shape.Hidden);
        }
        else
        {
            inputs.PointTo(states.Data, states.StrideBytes);
        }
    }

    /// <summary>Brings a row of states into the form of the next product's input, through the norm that stands before it.</summary>
    public void PrepareInput(LayerNorm? normBefore, int row)
    {
        var state = States[row];
        if (NormsBefore && normBefore is not null)
        {
            var normalized = stackalloc float[shape.Hidden];
            normBefore.Forward(state, normalized);
            inputs.Set(Precision, row, normalized, shape.Hidden);
        }
        else if (NormsBefore || Precision != ComputePrecision.Float32)
        {
            inputs.Set(Precision, row, state, shape.Hidden);
        }
    }

    /// <summary>Brings a row of attention's output into the form of the output product's input.</summary>
    public void PrepareContext(int row) => Contexts.Set(Precision, row, Context[row], shape.ContextWidth);

    /// <summary>Brings a row of activations, counted within its block, into the form of the second product's input.</summary>
    public void PrepareIntermediate(int row) =>
        Intermediates.Set(Precision, row, (float*)(Gathered + ((nint)row * GatheredStride)), shape.Intermediate);

    /// <inheritdoc/>
    public void Dispose()
    {
        Contexts.Dispose();
        Intermediates.Dispose();
        inputs.Dispose();
        _gathered.Dispose();
        _branch.Dispose();
    }
}
