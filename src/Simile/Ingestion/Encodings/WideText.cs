using System.Globalization;
using System.Text;

namespace Simile.Ingestion.Encodings;

/// <summary>Recognizes UTF-16 that has no byte order mark.</summary>
internal static class WideText
{
    private const int SampleBytes = 1 << 16;
    private const double MinReadable = 0.98;

    /// <summary>UTF-16 of the likelier byte order, or null when the bytes are something else.</summary>
    public static Encoding? EncodingOf(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length % 2 != 0 || !bytes.Contains((byte)0))
        {
            return null;
        }

        var sample = bytes[..Math.Min(bytes.Length, SampleBytes)];
        var (little, big) = (
            new UnicodeEncoding(bigEndian: false, byteOrderMark: false),
            new UnicodeEncoding(bigEndian: true, byteOrderMark: false)
        );
        var (asLittle, asBig) = (CommonOf(little.GetString(sample)), CommonOf(big.GetString(sample)));
        return asLittle < 0 && asBig < 0 ? null
            : asLittle >= asBig ? little
            : big;
    }

    // How many characters every text has: letters and spaces of ASCII, line ends. Less than none where it cannot be read as text.
    private static int CommonOf(string text)
    {
        var (common, readable) = (0, 0);
        for (var at = 0; at < text.Length; at++)
        {
            var kind = CharUnicodeInfo.GetUnicodeCategory(text, at);
            var isSpace = text[at] is '\n' or '\r' or '\t';
            common += isSpace || text[at] is (>= ' ' and <= '~') ? 1 : 0;
            readable +=
                isSpace
                || kind
                    is not (
                        UnicodeCategory.Control
                        or UnicodeCategory.OtherNotAssigned
                        or UnicodeCategory.PrivateUse
                        or UnicodeCategory.Surrogate
                    )
                    ? 1
                    : 0;
        }

        return common > 0 && readable >= MinReadable * text.Length && !text.Contains('\uFFFD', StringComparison.Ordinal) ? common : -1;
    }
}
