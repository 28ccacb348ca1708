using System.Globalization;
using System.Text;

namespace Simile.Vectors.Files;

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
