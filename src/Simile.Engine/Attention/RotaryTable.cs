using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Simile.Engine.Attention;

/// <summary>Rotary positions: the two halves of a head are turned against each other by an angle that grows with the position. Su et al.
/// 2021, in the layout of GPT-NeoX.</summary>
internal sealed unsafe class RotaryTable
{
    private readonly int _half;
    private readonly float[] _cosines;
    private readonly float[] _sines;

    /// <summary>Computes the angles.</summary>
    /// <param name="headSize">Values a head (d).</param>
    /// <param name="theta">The base; pair i turns by position · theta^(−2i/d).</param>
    /// <param name="positions">Positions there are.</param>
    public RotaryTable(int headSize, double theta, int positions)
    {
        _half = headSize / 2;
        Positions = positions;
        _cosines = GC.AllocateArray<float>(positions * _half, pinned: true);
        _sines = GC.AllocateArray<float>(positions * _half, pinned: true);
        for (var i = 0; i < _half; i++)
        {
            // As PyTorch computes them: the frequency and the angle are rounded to 32 bits.
            var frequency = (float)(1 / Math.Pow(theta, 2.0 * i / headSize));
            for (var p = 0; p < positions; p++)
            {
                var angle = p * frequency;
                _cosines[(p * _half) + i] = (float)Math.Cos(angle);
                _sines[(p * _half) + i] = (float)Math.Sin(angle);
            }
        }
    }

    /// <summary>Positions there are.</summary>
    public int Positions { get; }

    /// <summary>Turns one head (d) at a position, in place.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Turn(float* head, int position)
    {
        ref var cosines = ref _cosines[position * _half];
        ref var sines = ref _sines[position * _half];
        var i = 0;
        for (; i <= _half - 16; i += 16)
        {
            var (low, high) = (Vector512.Load(head + i), Vector512.Load(head + _half + i));
            var (cosine, sine) = (Vector512.LoadUnsafe(ref cosines, (nuint)i), Vector512.LoadUnsafe(ref sines, (nuint)i));
            ((low * cosine) - (high * sine)).Store(head + i);
            ((high * cosine) + (low * sine)).Store(head + _half + i);
        }

        for (; i < _half; i++)
        {
            var (low, high) = (head[i], head[_half + i]);
            var (cosine, sine) = (Unsafe.Add(ref cosines, i), Unsafe.Add(ref sines, i));
            head[i] = (low * cosine) - (high * sine);
            head[_half + i] = (high * cosine) + (low * sine);
        }
    }
}
