using System.Globalization;

namespace Simile.Tokenization.Pieces;

/// <summary>Reads a number of a JSON file the way Rust's serde_json does: digits first, then one division by a power of ten.</summary>
/// <remarks>The last bit may differ from the nearest double, and with it the choice between two spellings of a word that are equally
/// probable.</remarks>
internal static class SerdeNumber
{
    private const int LargestPower = 308;
    private static readonly double[] Powers =
    [
        .. Enumerable.Range(0, LargestPower + 1).Select(power => double.Parse($"1e{power}", CultureInfo.InvariantCulture)),
    ];

    public static double Parse(ReadOnlySpan<char> number)
    {
        var isNegative = number.StartsWith('-');
        var mantissa = isNegative ? number[1..] : number;
        var marker = mantissa.IndexOfAny('e', 'E');
        var exponent = marker < 0 ? 0 : int.Parse(mantissa[(marker + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        var digits = ReadDigits(marker < 0 ? mantissa : mantissa[..marker], out var shift);
        var value = Scale(digits, (long)exponent + shift);
        return isNegative ? -value : value;
    }

    private static ulong ReadDigits(ReadOnlySpan<char> mantissa, out int shift)
    {
        shift = 0;
        var digits = 0UL;
        var isFraction = false;
        var isFull = false;
        foreach (var unit in mantissa)
        {
            if (unit == '.')
            {
                isFraction = true;
                continue;
            }

            var digit = (uint)char.GetNumericValue(unit);
            isFull |= digits > (ulong.MaxValue - digit) / 10;
            if (!isFull)
            {
                digits = (digits * 10) + digit;
            }

            shift += (isFraction, isFull) switch
            {
                (true, false) => -1,
                (false, true) => 1,
                _ => 0,
            };
        }

        return digits;
    }

    private static double Scale(double value, long exponent)
    {
        for (; exponent < -LargestPower && value != 0; exponent += LargestPower)
        {
            value /= Powers[LargestPower];
        }

        return exponent switch
        {
            _ when value == 0 => 0,
            < 0 => value / Powers[-exponent],
            <= LargestPower => value * Powers[exponent],
            _ => throw new FormatException($"A score of ten to the power of {exponent} is too large."),
        };
    }
}
