using System.Globalization;
using System.Runtime.InteropServices;

namespace Simile;

/// <summary>A value that is kept with a chunk, to filter by: a text, a number, or true or false. It is made of these by itself:
/// <c>["lang"] = "de", ["year"] = 2024</c>.</summary>
/// <remarks>Numbers are equal when their values are, whichever type they came from: 2 and 2.0 are one value.</remarks>
[StructLayout(LayoutKind.Auto)]
public readonly record struct MetadataValue
{
    private const double Beyond = 9223372036854775808d;

    private MetadataValue(object value) => Value = value;

    /// <summary>The value: a <see cref="string"/>, a <see cref="long"/> (whole numbers within its range), a <see cref="double"/>, or a
    /// <see cref="bool"/>; null in a value that was made of nothing.</summary>
    public object? Value { get; }

    /// <summary>The value as a number, or null where it is none.</summary>
    public double? Number =>
        Value switch
        {
            long whole => whole,
            double number => number,
            _ => null,
        };

    /// <summary>A text.</summary>
    public static implicit operator MetadataValue(string text) => new(text);

    /// <summary>A whole number.</summary>
    public static implicit operator MetadataValue(long number) => new(number);

    /// <summary>A number; NaN and infinity are refused where they would be stored or looked for.</summary>
    public static implicit operator MetadataValue(double number) =>
        double.IsInteger(number) && number is >= -Beyond and < Beyond ? new MetadataValue((long)number) : new MetadataValue(number);

    /// <summary>True or false.</summary>
    public static implicit operator MetadataValue(bool truth) => new(truth);

    /// <summary>The value as it is read and written: <c>de</c>, <c>2024</c>, <c>0.5</c>, <c>true</c>.</summary>
    public override string ToString() =>
        Value is bool truth ? (truth ? "true" : "false") : Convert.ToString(Value, CultureInfo.InvariantCulture) ?? string.Empty;
}
