using System.Runtime.InteropServices;
using System.Text;

namespace Simile.Ingestion.Encodings;

/// <summary>The mark at the head of a file that says how it is encoded.</summary>
/// <param name="Encoding">The encoding.</param>
/// <param name="Length">Bytes of the mark.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct ByteOrderMark(Encoding Encoding, int Length)
{
    /// <summary>The mark of a file, or null.</summary>
    public static ByteOrderMark? Of(ReadOnlySpan<byte> bytes) =>
        bytes switch
        {
            [0xFF, 0xFE, 0, 0, ..] => new(new UTF32Encoding(bigEndian: false, byteOrderMark: false), 4),
            [0, 0, 0xFE, 0xFF, ..] => new(new UTF32Encoding(bigEndian: true, byteOrderMark: false), 4),
            [0xFF, 0xFE, ..] => new(new UnicodeEncoding(bigEndian: false, byteOrderMark: false), 2),
            [0xFE, 0xFF, ..] => new(new UnicodeEncoding(bigEndian: true, byteOrderMark: false), 2),
            [0xEF, 0xBB, 0xBF, ..] => new(new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), 3),
            _ => null,
        };
}
