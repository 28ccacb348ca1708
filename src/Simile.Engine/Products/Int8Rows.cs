using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Simile.Engine.Products;

/// <summary>Quantizes rows to signed 8-bit integers, each row by its own largest value.</summary>
internal static unsafe class Int8Rows
{
    private const float Largest = 127;

    /// <summary>Quantizes one row: value ≈ code · scale.</summary>
    /// <param name="source">(count).</param>
    /// <param name="target">Gets the codes, −127 … 127.</param>
    /// <param name="count">Values.</param>
    /// <param name="sum">Gets Σ codes.</param>
    /// <returns>The scale.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float Quantize(float* source, sbyte* target, int count, out int sum)
    {
        var largest = LargestMagnitude(source, count);
        sum = Encode(source, target, count, InverseScale(largest));
        return largest / Largest;
    }

    /// <summary>The scale that a largest magnitude leads to.</summary>
    public static float Scale(float largest) => largest / Largest;

    /// <summary>What values are multiplied by to become codes.</summary>
    public static float InverseScale(float largest) => largest == 0 ? 0 : Largest / largest;

    /// <summary>Turns values into codes.</summary>
    /// <returns>Σ codes.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int Encode(float* source, sbyte* target, int count, float inverse)
    {
        var factor = Vector512.Create(inverse);
        var sums = Vector512<int>.Zero;
        var i = 0;
        for (; i <= count - 16; i += 16)
        {
            var codes = Vector512.ConvertToInt32(Vector512.Round(Vector512.Load(source + i) * factor));
            sums += codes;
            var words = Vector256.Narrow(codes.GetLower(), codes.GetUpper());
            Vector128.Narrow(words.GetLower(), words.GetUpper()).Store(target + i);
        }

        var sum = Vector512.Sum(sums);
        for (; i < count; i++)
        {
            target[i] = (sbyte)MathF.Round(source[i] * inverse);
            sum += target[i];
        }

        return sum;
    }

    /// <summary>The largest magnitude of values; NaN when one is NaN. Then the row's scale is NaN and so is all that it is multiplied with:
    /// codes alone would turn NaN into 0.</summary>
    public static float LargestMagnitude(float* source, int count)
    {
        var largest = Vector512<float>.Zero;
        var i = 0;
        for (; i <= count - 16; i += 16)
        {
            largest = Vector512.Max(largest, Vector512.Abs(Vector512.Load(source + i)));
        }

        var one = LargestOf(largest);
        for (; i < count; i++)
        {
            one = MathF.Max(one, MathF.Abs(source[i]));
        }

        return one;
    }

    /// <summary>The largest of sixteen values.</summary>
    public static float LargestOf(Vector512<float> values)
    {
        var half = Vector256.Max(values.GetLower(), values.GetUpper());
        var quarter = Vector128.Max(half.GetLower(), half.GetUpper());
        return MathF.Max(MathF.Max(quarter[0], quarter[1]), MathF.Max(quarter[2], quarter[3]));
    }
}
