using Simile.Engine.Encoders;
using Simile.Engine.Functions;

namespace Simile.Engine.Vision;

/// <summary>The first layer's input of a vision transformer: class row and projected patches, their positions added.</summary>
internal sealed unsafe class PatchRows(PatchWeights weights, LayerNorm? norm, float* projected, int stride, int patches) : IInputRows
{
    private int Leading => weights.Class is null ? 0 : 1;

    public void Write(int row, Span<float> target)
    {
        var (image, position) = (row / (patches + Leading), row % (patches + Leading));
        var source =
            position < Leading
                ? weights.Class
                : new ReadOnlySpan<float>(projected + ((nint)((image * patches) + position - Leading) * stride), target.Length);
        var positions = weights.Positions.AsSpan(position * target.Length, target.Length);
        for (var i = 0; i < target.Length; i++)
        {
            target[i] = source[i] + positions[i];
        }

        fixed (float* state = target)
        {
            norm?.Forward(state, state);
        }
    }
}
