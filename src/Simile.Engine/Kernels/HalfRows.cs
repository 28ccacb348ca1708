using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Simile.Engine.Kernels;

/// <summary>Sums of rows of a table of 16-bit floats (V, D), kept in 32 bits.</summary>
internal static class HalfRows
{
    /// <summary>sum (D) += weight · row <paramref name="index"/> of the table. The order of calls is the order of summing: one thread, one
    /// sum.</summary>
    /// <remarks>Each half is widened exactly, so the result is that of a table of 32-bit floats with the same values.</remarks>
    public static void Add(ReadOnlySpan<Half> table, int index, Span<float> sum, float weight)
    {
        var row = MemoryMarshal.Cast<Half, ushort>(table.Slice(index * sum.Length, sum.Length));
        ref var source = ref MemoryMarshal.GetReference(row);
        ref var target = ref MemoryMarshal.GetReference(sum);
        var i = 0;
        var scale = Vector256.Create(weight);
        for (; i <= sum.Length - 16; i += 16)
        {
            var halves = Vector256.LoadUnsafe(ref source, (nuint)i);
            var (low, high) = Vector256.Widen(halves);
            (Vector256.LoadUnsafe(ref target, (nuint)i) + (Widen(low) * scale)).StoreUnsafe(ref target, (nuint)i);
            (Vector256.LoadUnsafe(ref target, (nuint)i + 8) + (Widen(high) * scale)).StoreUnsafe(ref target, (nuint)i + 8);
        }

        for (; i < sum.Length; i++)
        {
            sum[i] += (float)table[(index * sum.Length) + i] * weight;
        }
    }

    // Sign, and exponent with mantissa, move to their places; a multiplication by 2^112 corrects the exponent's bias, subnormal numbers
    // included. Infinities and NaN do not come out right: tables are checked for them when they are loaded.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Widen(Vector256<uint> halves)
    {
        var sign = (halves & Vector256.Create(0x8000u)) << 16;
        var magnitude = ((halves & Vector256.Create(0x7FFFu)) << 13).AsSingle() * Vector256.Create(5.192296858534828e33f);
        return (magnitude.AsUInt32() | sign).AsSingle();
    }
}
