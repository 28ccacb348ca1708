using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.RegularExpressions;

namespace Simile.Vectors.Files;

/// <summary>numpy's format, version 1.0: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html.</summary>
internal sealed partial class NpyFormat : FloatBlockFormat
{
    public override VectorTable Read(FileStream stream)
    {
        var (type, rows, dimensions) = ReadHeader(stream);
        var size =
            type == "<f8" ? 8
            : type == "<f4" ? 4
            : 2;
        var bytes = checked(rows * dimensions * size);
        if (dimensions > int.MaxValue || bytes != stream.Length - stream.Position)
        {
            throw VectorFiles.Bad(
                stream.Name,
                $"its header claims {rows} × {dimensions} values of {size} bytes, but {stream.Length - stream.Position} bytes follow"
            );
        }

        var values = new float[checked(rows * dimensions)];
        if (size == 4)
        {
            stream.ReadExactly(MemoryMarshal.AsBytes(values.AsSpan()));
            return new VectorTable(values, (int)dimensions);
        }

        var raw = new byte[bytes];
        stream.ReadExactly(raw);
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = size == 8 ? (float)BitConverter.ToDouble(raw, i * 8) : (float)BitConverter.ToHalf(raw, i * 2);
        }

        return new VectorTable(values, (int)dimensions);
    }

    protected override void WriteHeader(Stream stream, long count, int dimensions) => NpyHeader.Write(stream, "<f4", count, dimensions);

    private static (string Type, long Rows, long Dimensions) ReadHeader(FileStream stream)
    {
        Span<byte> start = stackalloc byte[12];
        stream.ReadExactly(start[..10]);
        if (!start[..6].SequenceEqual((ReadOnlySpan<byte>)[0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y']))
        {
            throw VectorFiles.Bad(stream.Name, "it does not begin as numpy's files do");
        }

        var length = BitConverter.ToUInt16(start[8..]);
        var text = new byte[length];
        stream.ReadExactly(text);
        var header = Encoding.ASCII.GetString(text);
        var match = HeaderPattern().Match(header);
        return start[6] == 1 && match.Success && header.Contains("'fortran_order': False", StringComparison.Ordinal)
            ? (
                match.Groups["type"].Value,
                long.Parse(match.Groups["rows"].ValueSpan, CultureInfo.InvariantCulture),
                long.Parse(match.Groups["columns"].ValueSpan, CultureInfo.InvariantCulture)
            )
            : throw VectorFiles.Bad(
                stream.Name,
                $"its header is {header.Trim()}; wanted is version 1.0, two dimensions, row after row, of type <f2, <f4 or <f8"
            );
    }

    [GeneratedRegex(
        @"'descr': '(?<type><f[248])'.*'shape': \((?<rows>\d{1,18}), (?<columns>\d{1,18})\)",
        RegexOptions.ExplicitCapture,
        1000
    )]
    private static partial Regex HeaderPattern();
}

/// <summary>The header of numpy's format, version 1.0.</summary>
internal static class NpyHeader
{
    private const int HeaderBytes = 128;

    /// <summary>Writes the header of an array that lies row after row.</summary>
    /// <param name="stream">Gets 128 bytes.</param>
    /// <param name="type">numpy's name of the element type, such as <c>&lt;f4</c>.</param>
    /// <param name="shape">The axes.</param>
    public static void Write(Stream stream, string type, params ReadOnlySpan<long> shape)
    {
        var axes = string.Join(", ", shape.ToArray().Select(size => size.ToString(CultureInfo.InvariantCulture)));
        var text = $"{{'descr': '{type}', 'fortran_order': False, 'shape': ({axes}), }}";
        stream.Write([0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y', 1, 0, HeaderBytes - 10, 0]);
        stream.Write(Encoding.ASCII.GetBytes(text.PadRight(HeaderBytes - 11) + "\n"));
    }
}
