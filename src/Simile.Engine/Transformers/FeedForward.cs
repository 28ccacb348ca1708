using Simile.Engine.Assembly;
using Simile.Engine.Functions;
using Simile.Engine.Kernels;
using Simile.Engine.Memory;
using Simile.Engine.Products;
using Simile.Engine.Threads;

namespace Simile.Engine.Transformers;

/// <summary>A layer behind its attention: output product, norm, feed-forward part, norm. It goes through a block of rows from end to end,
/// so that they stay in the second-level cache.</summary>
internal sealed unsafe class FeedForward(TransformerConfig shape, TileKernels kernels, LayerNorm? finalNorm, FeedForwardBuffers buffers)
{
    private const int NormTasksPerThread = 2;
    private WorkerTeam? _team;
    private int _first;
    private int _count;

    private bool IsFloat => buffers.Precision == ComputePrecision.Float32;

    /// <summary>Runs the layer's tail over all rows and prepares them for the next layer.</summary>
    public void Forward(TransformerLayer layer, TransformerLayer? next, WorkerTeam? team)
    {
        _team = team;
        var blocks = Math.Max(1, (buffers.Rows + buffers.BlockRows - 1) / buffers.BlockRows);
        var each = (((buffers.Rows + blocks - 1) / blocks) + TileShape.Rows - 1) / TileShape.Rows * TileShape.Rows;
        for (_first = 0; _first < buffers.Rows; _first += each)
        {
            _count = Math.Min(each, buffers.Rows - _first);
            ForwardBlock(layer, next);
        }
    }

    // Each step is finished before the next begins.
    private void ForwardBlock(TransformerLayer layer, TransformerLayer? next)
    {
        if (!IsFloat)
        {
            EachRow(buffers.PrepareContext);
        }

        Multiply(buffers.Contexts, _first, layer.Output, SumOutput(layer.AttentionOutputNorm), ActivationKind.Identity);
        EachRow(row =>
        {
            AddBranch(row, layer.AttentionOutputNorm);
            Normalize(row, layer.AttentionNorm, layer.FeedForwardNorm);
        });
        Multiply(buffers.Inputs, _first, layer.FeedForwardIn, IntermediateOutput(), shape.Activation);
        if (!IsFloat && !buffers.RoundsDirectly)
        {
            EachRow(row => buffers.PrepareIntermediate(row - _first));
        }

        Multiply(buffers.Intermediates, 0, layer.FeedForwardOut, SumOutput(layer.FeedForwardOutputNorm), ActivationKind.Identity);
        EachRow(row =>
        {
            AddBranch(row, layer.FeedForwardOutputNorm);
            FinishLayer(row, layer, next);
        });
    }

    // The residual sum is part of the product's store, unless a norm stands between the two: then the product goes to rows of its own
    // first.
    private TileOutput SumOutput(LayerNorm? outputNorm)
    {
        var (rows, first) = outputNorm is null ? (buffers.States, _first) : (buffers.Branch, 0);
        return new TileOutput
        {
            Target = (byte*)rows[first],
            Stride = rows.StrideBytes,
            Accumulates = outputNorm is null,
        };
    }

    private void AddBranch(int row, LayerNorm? outputNorm)
    {
        if (outputNorm is not null)
        {
            var branch = buffers.Branch[row - _first];
            outputNorm.Forward(branch, branch);
            VectorKernels.AddScaled(new ReadOnlySpan<float>(branch, shape.Hidden), 1, new Span<float>(buffers.States[row], shape.Hidden));
        }
    }

    private TileOutput IntermediateOutput() =>
        buffers.RoundsDirectly
            ? new TileOutput
            {
                Target = buffers.Intermediates.Data,
                Stride = buffers.Intermediates.Stride,
                RoundsToBFloat16 = true,
            }
            : new TileOutput
            {
                Target = buffers.Gathered,
                Stride = buffers.GatheredStride,
                Gated = shape.Gated,
            };

    // The output's row 0 is the block's first; the input's rows begin at firstInput.
    private void Multiply(ProductRows inputs, int firstInput, PackedMatrix matrix, TileOutput output, ActivationKind activation)
    {
        var split = ProductSplit.Of(_count, matrix.Panels, buffers.BlockRows, _team, shape.Gated);
        var shifted = output with { Target = output.Target - ((nint)firstInput * output.Stride) };
        if (_team is null)
        {
            LinearProduct.Forward(
                kernels,
                inputs,
                matrix,
                new TilePart(firstInput, firstInput + _count, 0, matrix.Panels),
                shifted,
                activation
            );
            return;
        }

        _team.For(
            split.Tasks,
            task =>
            {
                var part = split.Part(task);
                LinearProduct.Forward(
                    kernels,
                    inputs,
                    matrix,
                    part with
                    {
                        FirstRow = part.FirstRow + firstInput,
                        EndRow = part.EndRow + firstInput,
                    },
                    shifted,
                    activation
                );
            }
        );
    }

    private void EachRow(Action<int> body)
    {
        var tasks = _team is null ? 1 : Math.Min(_count, _team.Threads * NormTasksPerThread);
        var (first, count) = (_first, _count);
        WorkSteps.Run(
            _team,
            tasks,
            task =>
            {
                for (var row = count * task / tasks; row < count * (task + 1) / tasks; row++)
                {
                    body(first + row);
                }
            }
        );
    }

    private void Normalize(int row, LayerNorm? after, LayerNorm? before)
    {
        var state = buffers.States[row];
        if (shape.Norm == NormPlacement.After)
        {
            after!.Forward(state, state);
        }

        buffers.PrepareInput(before, row);
    }

    private void FinishLayer(int row, TransformerLayer layer, TransformerLayer? next)
    {
        if (next is not null)
        {
            Normalize(row, layer.FeedForwardNorm, next.AttentionNorm);
            return;
        }

        var state = buffers.States[row];
        var last = shape.Norm == NormPlacement.After ? layer.FeedForwardNorm : finalNorm;
        last?.Forward(state, state);
    }
}

/// <summary>The rows that a layer's tail works on, and their forms as inputs of its products.</summary>
internal sealed unsafe class FeedForwardBuffers(TransformerConfig shape, ProductRows inputs) : IDisposable
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
