using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Simile.Engine.Products;

/// <summary>Rounds floats to bfloat16: the upper half of a 32-bit float, to nearest, ties to even; NaN stays NaN, whatever its lower bits
/// are: added to, they would carry over into a zero.</summary>
internal static unsafe class BFloat16Rows
{
    private const uint NaN = 0x7FC00000;

    /// <summary>One value.</summary>
    public static ushort Round(float value)
    {
        var bits = float.IsNaN(value) ? NaN : BitConverter.SingleToUInt32Bits(value);
        return (ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
    }

    /// <summary>Sixteen values.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ushort> Round(Vector512<float> values)
    {
        var rounded = RoundedBits(values) >>> 16;
        return Vector256.Narrow(rounded.GetLower(), rounded.GetUpper());
    }

    /// <summary>Sixteen values, each in the upper half of its 32 bits; the lower half is of no account.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> RoundedBits(Vector512<float> values)
    {
        var bits = Vector512.ConditionalSelect(Vector512.Equals(values, values).AsUInt32(), values.AsUInt32(), Vector512.Create(NaN));
        return bits + Vector512.Create(0x7FFFu) + ((bits >>> 16) & Vector512<uint>.One);
    }

    /// <summary>A row of any length.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Convert(float* source, ushort* target, int count)
    {
        var i = 0;
        for (; i <= count - 16; i += 16)
        {
            Round(Vector512.Load(source + i)).Store(target + i);
        }

        for (; i < count; i++)
        {
            target[i] = Round(source[i]);
        }
    }
}
