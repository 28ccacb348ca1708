using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Simile.Engine.Kernels;

/// <summary>Products and distances of two vectors (D). Sums run over sixteen lanes in a fixed order, so a result never depends on the
/// machine's vector width or the caller.</summary>
internal static class VectorKernels
{
    private const int Lanes = 16;

    /// <summary>Σ aᵢ bᵢ.</summary>
    public static float Dot(ReadOnlySpan<float> a, ReadOnlySpan<float> b) => Sum<Product>(a, b);

    /// <summary>Σ (aᵢ − bᵢ)².</summary>
    public static float SquaredDistance(ReadOnlySpan<float> a, ReadOnlySpan<float> b) => Sum<SquaredDifference>(a, b);

    /// <summary>Σ |aᵢ − bᵢ|.</summary>
    public static float AbsoluteDistance(ReadOnlySpan<float> a, ReadOnlySpan<float> b) => Sum<AbsoluteDifference>(a, b);

    /// <summary>Σ aᵢ bᵢ of 8-bit integers, exact.</summary>
    public static int Dot(ReadOnlySpan<sbyte> a, ReadOnlySpan<sbyte> b)
    {
        RequireSame(a.Length, b.Length);
        ref var x = ref MemoryMarshal.GetReference(a);
        ref var y = ref MemoryMarshal.GetReference(b);
        var sum = Vector512<int>.Zero;
        var i = 0;
        for (; i <= a.Length - 32; i += 32)
        {
            var left = Vector512.Create(
                Vector256.WidenLower(Vector256.LoadUnsafe(ref x, (nuint)i)),
                Vector256.WidenUpper(Vector256.LoadUnsafe(ref x, (nuint)i))
            );
            var right = Vector512.Create(
                Vector256.WidenLower(Vector256.LoadUnsafe(ref y, (nuint)i)),
                Vector256.WidenUpper(Vector256.LoadUnsafe(ref y, (nuint)i))
            );
            var products = left * right;
            sum += Vector512.WidenLower(products) + Vector512.WidenUpper(products);
        }

        var total = Vector512.Sum(sum);
        for (; i < a.Length; i++)
        {
            total += a[i] * b[i];
        }

        return total;
    }

    /// <summary>Bits in which two rows of 64-bit words differ (Hamming distance).</summary>
    public static int Hamming(ReadOnlySpan<ulong> a, ReadOnlySpan<ulong> b)
    {
        RequireSame(a.Length, b.Length);
        var differing = 0;
        for (var i = 0; i < a.Length; i++)
        {
            differing += BitOperations.PopCount(a[i] ^ b[i]);
        }

        return differing;
    }

    /// <summary>bᵢ += aᵢ · factor.</summary>
    public static void AddScaled(ReadOnlySpan<float> a, float factor, Span<float> b)
    {
        RequireSame(a.Length, b.Length);
        ref var x = ref MemoryMarshal.GetReference(a);
        ref var y = ref MemoryMarshal.GetReference(b);
        var factors = Vector512.Create(factor);
        var i = 0;
        for (; i <= a.Length - Lanes; i += Lanes)
        {
            (Vector512.LoadUnsafe(ref y, (nuint)i) + (Vector512.LoadUnsafe(ref x, (nuint)i) * factors)).StoreUnsafe(ref y, (nuint)i);
        }

        for (; i < a.Length; i++)
        {
            b[i] += a[i] * factor;
        }
    }

    /// <summary>bᵢ = max(aᵢ, bᵢ).</summary>
    public static void Max(ReadOnlySpan<float> a, Span<float> b)
    {
        RequireSame(a.Length, b.Length);
        for (var i = 0; i < a.Length; i++)
        {
            b[i] = MathF.Max(a[i], b[i]);
        }
    }

    private static float Sum<TTerm>(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
        where TTerm : ITerm
    {
        RequireSame(a.Length, b.Length);
        ref var x = ref MemoryMarshal.GetReference(a);
        ref var y = ref MemoryMarshal.GetReference(b);
        var sum = Vector512<float>.Zero;
        var i = 0;
        for (; i <= a.Length - Lanes; i += Lanes)
        {
            sum += TTerm.Of(Vector512.LoadUnsafe(ref x, (nuint)i), Vector512.LoadUnsafe(ref y, (nuint)i));
        }

        var total = Functions.Lanes.Sum(sum);
        for (; i < a.Length; i++)
        {
            total += TTerm.Of(a[i], b[i]);
        }

        return total;
    }

    private static void RequireSame(int a, int b)
    {
        if (a != b)
        {
            throw new SimileException(
                ErrorCode.SpaceMismatch,
                $"A vector of {a} values cannot be compared with one of {b}. Embed both sides with one model and the same dimensions."
            );
        }
    }

    /// <summary>What is summed of two vectors.</summary>
    private interface ITerm
    {
        static abstract Vector512<float> Of(Vector512<float> a, Vector512<float> b);

        static abstract float Of(float a, float b);
    }

    private readonly struct Product : ITerm
    {
        public static Vector512<float> Of(Vector512<float> a, Vector512<float> b) => a * b;

        public static float Of(float a, float b) => a * b;
    }

    private readonly struct SquaredDifference : ITerm
    {
        public static Vector512<float> Of(Vector512<float> a, Vector512<float> b) => (a - b) * (a - b);

        public static float Of(float a, float b) => (a - b) * (a - b);
    }

    private readonly struct AbsoluteDifference : ITerm
    {
        public static Vector512<float> Of(Vector512<float> a, Vector512<float> b) => Vector512.Abs(a - b);

        public static float Of(float a, float b) => MathF.Abs(a - b);
    }
}

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
