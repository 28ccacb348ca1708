using Simile.Engine.Assembly;
using Simile.Engine.Functions;
using Simile.Engine.Kernels;
using Simile.Engine.Products;
using Simile.Engine.Threads;

namespace Simile.Engine.Encoders;

/// <summary>A layer behind its attention: output product, norm, feed-forward part, norm. It goes through a block of rows from end to end,
/// so that they stay in the second-level cache.</summary>
internal sealed unsafe class LayerTail(EncoderShape shape, TileKernels kernels, LayerNorm? finalNorm, TailBuffers buffers)
{
    private const int NormTasksPerThread = 2;
    private WorkerTeam? _team;
    private int _first;
    private int _count;

    private bool IsFloat => buffers.Precision == ComputePrecision.Float32;

    /// <summary>Runs the layer's tail over all rows and prepares them for the next layer.</summary>
    public void Forward(EncoderLayer layer, EncoderLayer? next, WorkerTeam? team)
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
    private void ForwardBlock(EncoderLayer layer, EncoderLayer? next)
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

    private void FinishLayer(int row, EncoderLayer layer, EncoderLayer? next)
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
